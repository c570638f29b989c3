/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The bytes of LNet over TCP: one layout class for each structure on the wire.
 *
 * <p>Encoders write into memory that the caller has made large enough. Decoders are given bytes
 * that a hostile peer may have written: they never throw because of what the bytes say, never read
 * beyond what there is, and answer with a {@link dev.atoll.lnet.wire.Soundness}.
 */
package dev.atoll.lnet.wire;
