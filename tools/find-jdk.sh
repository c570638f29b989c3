# SPDX-License-Identifier: Apache-2.0
# Sourced by ./atoll and ./check: finds a JDK 25 or newer and says what to install if there is none.

# Prints the feature version of the java home $1, or 0.
jdk_feature() {
  [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || { echo 0; return; }
  sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release" | head -n 1 | grep . || echo 0
}

find_jdk() {
  wanted=25
  # Tests point this elsewhere; users set JAVA_HOME.
  jvms=${ATOLL_JVM_DIR:-/usr/lib/jvm}
  on_path=$(command -v javac 2>/dev/null || true)
  if [ -n "$on_path" ]; then
    on_path=$(readlink -f "$on_path")
    on_path=${on_path%/bin/javac}
  fi
  for home in "${JAVA_HOME:-}" "$on_path" "$jvms"/*; do
    [ -n "$home" ] || continue
    if [ "$(jdk_feature "$home")" -ge "$wanted" ]; then
      JAVA_HOME=$home
      export JAVA_HOME
      return 0
    fi
  done
  cat >&2 <<HELP
atoll: no JDK $wanted or newer found.
Looked at JAVA_HOME ('${JAVA_HOME:-}'), javac on PATH ('$on_path') and $jvms/*.
Install one (for example Eclipse Temurin 25, or your distribution's openjdk-25-jdk) and,
if it lives elsewhere, set JAVA_HOME to its directory.
HELP
  exit 69
}

need_maven() {
  command -v mvn >/dev/null 2>&1 && return 0
  echo "atoll: Maven is missing; install it (Debian: apt-get install maven)." >&2
  exit 69
}
