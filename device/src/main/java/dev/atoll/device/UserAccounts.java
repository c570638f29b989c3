/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import dev.atoll.link.Reply;
import dev.atoll.link.RsmError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What each user has of the device, against what he may have. Owned by the loop.
 *
 * <p>Exports cost descriptors of the device's process. What the most sessions need is kept for
 * them, but no more than a quarter of those the process may have, and no user other than the
 * device's own and root gets more than half of the rest.
 */
final class UserAccounts {
  private static final int FILES_OF_AN_EXPORT = 3;
  private static final Path LIMITS = Path.of("/proc/self/limits");
  private static final String OPEN_FILES = "Max open files";
  private static final long FEWEST = 1024;

  private final Quotas quotas;
  private final int ownUid;
  private final long exportsMax;
  private final Map<Integer, Account> accounts = new HashMap<>();

  /** Exports, and changes of their memory under way: each has as many descriptors. */
  private long files;

  UserAccounts(Quotas quotas, int ownUid, long descriptorsMax) {
    this.quotas = quotas;
    this.ownUid = ownUid;
    long ofSessions = (long) ClientSession.DESCRIPTORS_MAX * quotas.sessionsMax();
    long kept = Math.min(ofSessions, descriptorsMax / 4);
    this.exportsMax = (descriptorsMax - kept) / FILES_OF_AN_EXPORT;
  }

  /** The soft limit of open files, getrlimit(2), by procfs, which waits for nothing. */
  static long descriptorsMax() {
    try (Stream<String> lines = Files.lines(LIMITS)) {
      return lines
          .filter(line -> line.startsWith(OPEN_FILES))
          .map(line -> line.substring(OPEN_FILES.length()).strip().split("\\s+", 2)[0])
          .mapToLong(soft -> soft.equals("unlimited") ? Integer.MAX_VALUE : Long.parseLong(soft))
          .findFirst()
          .orElse(FEWEST);
    } catch (IOException | NumberFormatException e) {
      return FEWEST;
    }
  }

  /** Takes an export into account, or says why it can't be. */
  Reply.@Nullable Refused chargeExport(int uid, long bytes) {
    Account account = of(uid);
    if (account.exports >= quotas.exportsPerUserMax()) {
      return refuse("uid " + uid + " has " + account.exports + " exports, the most for one user");
    }
    if (bytes > quotas.bytesPerUserMax() - account.bytes) {
      return refuse(
          "uid "
              + uid
              + " exports "
              + account.bytes
              + " bytes and may export "
              + quotas.bytesPerUserMax());
    }
    Reply.Refused fault = chargeFiles(uid, account);
    if (fault == null) {
      account.exports++;
      account.bytes += bytes;
    }
    return fault;
  }

  private Reply.@Nullable Refused chargeFiles(int uid, Account account) {
    boolean isTrusted = uid == 0 || uid == ownUid;
    if (files >= exportsMax || (!isTrusted && account.files >= exportsMax / 2)) {
      return refuse(
          "the device has descriptors for "
              + (isTrusted ? exportsMax : exportsMax / 2)
              + " exports; raise its limit of open files (ulimit -n)");
    }
    files++;
    account.files++;
    return null;
  }

  private void creditFiles(Account account) {
    files--;
    account.files--;
  }

  void creditExport(int uid, long bytes) {
    Account account = of(uid);
    creditFiles(account);
    account.exports--;
    account.bytes -= bytes;
    forgetIfEmpty(uid, account);
  }

  /** Takes the files of a change of memory into account, or says why that can't be. */
  Reply.@Nullable Refused chargeRebind(int uid) {
    return chargeFiles(uid, of(uid));
  }

  void creditRebind(int uid) {
    Account account = of(uid);
    creditFiles(account);
    forgetIfEmpty(uid, account);
  }

  /** Takes an import into account, or says why it can't be. */
  Reply.@Nullable Refused chargeImport(int uid) {
    Account account = of(uid);
    if (account.imports >= quotas.importsPerUserMax()) {
      return refuse("uid " + uid + " has " + account.imports + " imports, the most for one user");
    }
    account.imports++;
    return null;
  }

  void creditImport(int uid) {
    Account account = of(uid);
    account.imports--;
    forgetIfEmpty(uid, account);
  }

  private Account of(int uid) {
    return accounts.computeIfAbsent(uid, each -> new Account());
  }

  private void forgetIfEmpty(int uid, Account account) {
    if (account.files == 0 && account.imports == 0) {
      accounts.remove(uid);
    }
  }

  private static Reply.Refused refuse(String why) {
    return Reply.Refused.of(RsmError.INSUFFICIENT_RESOURCES, why);
  }

  private static final class Account {
    private int exports;
    private int files;
    private int imports;
    private long bytes;
  }
}
