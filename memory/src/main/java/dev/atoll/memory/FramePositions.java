/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.memory;

/**
 * Where a {@link FrameRing} stands, as read from its memory; each field is of its own moment.
 *
 * @param producerBytes bytes claimed since the ring was laid, headers and padding included
 * @param consumerBytes bytes that the consumer has given back; what lies between is in use
 * @param capacityBytes of the ring
 * @param gaps claims of dead producers that were passed over
 * @param lostBytes ring space of those claims; how much of it were messages nobody can tell
 * @param refusals claims that found the ring full, by producers that hold or held their records
 * @param producers how many hold a record
 * @param generation how often the ring was taken over by a consumer
 * @param isOpen whether a consumer holds it open
 */
public record FramePositions(
    long producerBytes,
    long consumerBytes,
    long capacityBytes,
    long gaps,
    long lostBytes,
    long refusals,
    int producers,
    int generation,
    boolean isOpen) {}
