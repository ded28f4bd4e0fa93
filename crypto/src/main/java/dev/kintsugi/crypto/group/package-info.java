/**
 * Keys of groups that share objects on storage nobody trusts: {@link
 * dev.kintsugi.crypto.group.GroupKeyChain} makes versions of a group's key, {@link
 * dev.kintsugi.crypto.group.Lockbox} hands one to a member's device, {@link
 * dev.kintsugi.crypto.group.Roster} says who is a member, {@link
 * dev.kintsugi.crypto.group.RosterChain} how that came about, {@link
 * dev.kintsugi.crypto.group.SignedVersion} proves who wrote what.
 */
@NullMarked
package dev.kintsugi.crypto.group;

import org.jspecify.annotations.NullMarked;
