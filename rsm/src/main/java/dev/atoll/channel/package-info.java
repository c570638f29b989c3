/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Message channels laid in segments: {@link dev.atoll.channel.ChannelReceiver} makes one, {@link
 * dev.atoll.channel.ChannelSender} connects to it by node and segment id.
 *
 * <p>The original has no such thing. A channel moves messages by loads and stores in memory that
 * both sides map; no system call and no device takes part while both keep going.
 */
package dev.atoll.channel;
