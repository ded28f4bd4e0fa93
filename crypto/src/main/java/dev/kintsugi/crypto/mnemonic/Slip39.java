package dev.kintsugi.crypto.mnemonic;

import dev.kintsugi.crypto.AuthenticationFailedException;
import dev.kintsugi.crypto.MalformedRecordException;
import dev.kintsugi.crypto.RandomBytes;
import dev.kintsugi.crypto.Secret;
import dev.kintsugi.crypto.mnemonic.Interpolation.Randomness;
import dev.kintsugi.crypto.split.TooFewSharesException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A secret as mnemonics for people: words that are written on paper, given to members of groups,
 * and read back. A number of groups is needed, and of each of them a number of members.
 *
 * <p>Guarantee: fewer groups than needed, and of the others fewer members than needed each, tell
 * nothing about the secret, without any assumption on computing power; the passphrase, if there is
 * one, comes on top and rests on PBKDF2-HMAC-SHA256 with 10,000 · 2<sup>e</sup> rounds in all. Up
 * to three wrong words of a mnemonic are always noticed, anything else but once in 2<sup>30</sup>.
 * Where at least two mnemonics are needed, shares that do not belong together combine to nothing,
 * but once in 2<sup>32</sup> tries; somebody who chooses them can search for such a try, so whoever
 * needs certainty about the secret must check it. <strong>Every passphrase gives some
 * secret</strong>: a wrong one is not noticed.
 *
 * <p>Source: SLIP-0039, "Shamir's Secret-Sharing for Mnemonic Codes". Stateless and thread-safe.
 * Mnemonics are {@link String}s, which cannot be wiped.
 */
public final class Slip39 {
  /** The most groups, and the most members of a group. */
  public static final int MOST = 16;

  /** The shortest secret in bytes. */
  public static final int LEAST_LENGTH = 16;

  /** The longest secret in bytes. */
  public static final int MOST_LENGTH = 512;

  /**
   * The most rounds of PBKDF2 that {@link #combine} takes upon itself, some tens of seconds: 10,000
   * · 2<sup>e</sup> for each 64 bytes of the secret or part of them, e being the iteration exponent
   * that the mnemonics say, 1 if {@link #split} made them. Up to 64 bytes e may be 10, of the 15
   * that can be written.
   */
  public static final int MOST_ROUNDS = 1 << 24;

  private static final int ITERATION_EXPONENT = 1;
  private static final int IDENTIFIERS = 1 << 15;

  private Slip39() {}

  /**
   * A group of people.
   *
   * @param threshold how many of them are needed, at least 1
   * @param members how many there are, at most {@value Slip39#MOST}; 1 if the threshold is 1,
   *     because several members with the same words are one
   */
  public record Group(int threshold, int members) {
    /** Checks. */
    public Group {
      if (threshold < 1
          || threshold > members
          || members > MOST
          || (threshold == 1 && members > 1)) {
        throw new IllegalArgumentException(
            "group of %d of %d; must be 1 of 1, or 2..n of n up to %d"
                .formatted(threshold, members, MOST));
      }
    }
  }

  /**
   * What a mnemonic says without any secret.
   *
   * @param set the number that mnemonics of one secret share
   * @param groupThreshold how many groups are needed
   * @param groups how many there are
   * @param group the group's number, from 1
   * @param memberThreshold how many members of the group are needed
   * @param member the member's number in the group, from 1
   */
  public record Place(
      int set, int groupThreshold, int groups, int group, int memberThreshold, int member) {}

  /**
   * Splits a secret.
   *
   * @param secret {@value #LEAST_LENGTH} to {@value #MOST_LENGTH} bytes, an even number; uniformly
   *     random, or padded by the caller: mnemonics show its length
   * @param passphrase printable ASCII, may be empty; stays the caller's
   * @param groupThreshold how many groups are needed
   * @param groups 1 to {@value #MOST} groups
   * @return for each group the mnemonics of its members; every split gives others
   * @throws IllegalArgumentException if an argument is out of range
   */
  public static List<List<String>> split(
      Secret secret, char[] passphrase, int groupThreshold, List<Group> groups) {
    byte[] number = RandomBytes.next(Integer.BYTES);
    int set = Math.floorMod(java.nio.ByteBuffer.wrap(number).getInt(), IDENTIFIERS);
    Share.Header header =
        new Share.Header(set, true, ITERATION_EXPONENT, groupThreshold, groups.size());
    return splitInsecurely(secret, passphrase, header, groups, Interpolation.SYSTEM);
  }

  /** Splits with a chosen identifier and randomness, on which all secrecy rests. */
  static List<List<String>> splitInsecurely(
      Secret secret,
      char[] passphrase,
      Share.Header header,
      List<Group> groups,
      Randomness random) {
    if (secret.length() < LEAST_LENGTH
        || secret.length() > MOST_LENGTH
        || secret.length() % 2 > 0) {
      throw new IllegalArgumentException(
          "secret (%d bytes) must have %d to %d, an even number"
              .formatted(secret.length(), LEAST_LENGTH, MOST_LENGTH));
    }
    if (groups.isEmpty() || groups.size() > MOST) {
      throw new IllegalArgumentException(
          "groups (%d) must be in 1..%d".formatted(groups.size(), MOST));
    }
    if (header.groupThreshold() < 1 || header.groupThreshold() > groups.size()) {
      throw new IllegalArgumentException(
          "group threshold (%d) must be in 1..%d"
              .formatted(header.groupThreshold(), groups.size()));
    }
    checkPassphrase(passphrase);
    byte[] encrypted = secret.use(bytes -> Feistel.encrypt(bytes, passphrase, header));
    byte[][] ofGroups =
        Interpolation.split(header.groupThreshold(), groups.size(), encrypted, random);
    Arrays.fill(encrypted, (byte) 0);
    List<List<String>> all = new ArrayList<>();
    for (int g = 0; g < groups.size(); g++) {
      Group group = groups.get(g);
      byte[][] values =
          Interpolation.split(group.threshold(), group.members(), ofGroups[g], random);
      List<String> mnemonics = new ArrayList<>();
      for (int m = 0; m < values.length; m++) {
        mnemonics.add(new Share(header, g, m, group.threshold(), values[m]).mnemonic());
        Arrays.fill(values[m], (byte) 0);
      }
      Arrays.fill(ofGroups[g], (byte) 0);
      all.add(List.copyOf(mnemonics));
    }
    return List.copyOf(all);
  }

  /**
   * Combines mnemonics, in any order. More than needed are compared with the others; a copy of a
   * mnemonic is no other.
   *
   * @param mnemonics words separated by white space, in any case
   * @param passphrase the passphrase of the split; stays the caller's
   * @return the secret, owned by the caller; <strong>some other secret if the passphrase is
   *     wrong</strong>
   * @throws MalformedRecordException if a mnemonic has a wrong word or is none; the message says
   *     which, counting from 1; or if more than {@value #MOST_ROUNDS} rounds are asked for
   * @throws TooFewSharesException if groups or members are missing; the message says which
   * @throws AuthenticationFailedException if mnemonics do not belong together; the message says
   *     which
   * @throws IllegalArgumentException if the passphrase is not printable ASCII
   */
  public static Secret combine(List<String> mnemonics, char[] passphrase) {
    checkPassphrase(passphrase);
    List<Share> shares = new ArrayList<>();
    try {
      for (int i = 0; i < mnemonics.size(); i++) {
        try {
          shares.add(Share.parse(mnemonics.get(i)));
        } catch (MalformedRecordException e) {
          throw new MalformedRecordException("mnemonic %d: %s".formatted(i + 1, e.getMessage()), e);
        }
      }
      return combined(shares, passphrase);
    } finally {
      shares.forEach(share -> Arrays.fill(share.value(), (byte) 0));
    }
  }

  private static Secret combined(List<Share> shares, char[] passphrase) {
    if (shares.isEmpty()) {
      throw new TooFewSharesException("no mnemonics given");
    }
    Share.Header header = shares.get(0).header();
    int length = shares.get(0).value().length;
    Map<Integer, MemberShares> groups = new TreeMap<>();
    for (int i = 0; i < shares.size(); i++) {
      Share share = shares.get(i);
      if (!share.header().equals(header) || share.value().length != length) {
        throw new AuthenticationFailedException(
            "mnemonic %d (%s) does not belong to mnemonic 1 (%s)"
                .formatted(i + 1, share, shares.get(0)));
      }
      groups
          .computeIfAbsent(share.group(), g -> new MemberShares(share.memberThreshold()))
          .add(share);
    }
    if (Feistel.work(length, header) > MOST_ROUNDS) {
      throw new MalformedRecordException(
          "the mnemonics ask for %d rounds of PBKDF2 (iteration exponent %d), at most %d are done"
              .formatted(Feistel.work(length, header), header.iterationExponent(), MOST_ROUNDS));
    }
    byte[] encrypted = combineGroups(header, groups);
    byte[] secret = Feistel.decrypt(encrypted, passphrase, header);
    Arrays.fill(encrypted, (byte) 0);
    return Secret.takeOver(secret);
  }

  private static byte[] combineGroups(Share.Header header, Map<Integer, MemberShares> groups) {
    Map<Integer, MemberShares> complete = new TreeMap<>(groups);
    complete.values().removeIf(group -> !group.complete());
    if (complete.size() < header.groupThreshold()) {
      StringBuilder text =
          new StringBuilder(
              "%d complete groups, %d are needed"
                  .formatted(complete.size(), header.groupThreshold()));
      groups.forEach(
          (number, group) -> text.append("; group ").append(number + 1).append(": ").append(group));
      throw new TooFewSharesException(text.toString());
    }
    MemberShares ofGroups = new MemberShares(header.groupThreshold());
    complete.forEach(
        (number, group) -> ofGroups.add(number, group.combine("members of group " + (number + 1))));
    return ofGroups.combine("groups");
  }

  /**
   * Tells where a mnemonic belongs, after its checksum was checked.
   *
   * @param mnemonic words separated by white space
   * @return what it says
   * @throws MalformedRecordException if it has a wrong word or is no mnemonic
   */
  public static Place place(String mnemonic) {
    Share share = Share.parse(mnemonic);
    Arrays.fill(share.value(), (byte) 0);
    return new Place(
        share.header().identifier(),
        share.header().groupThreshold(),
        share.header().groups(),
        share.group() + 1,
        share.memberThreshold(),
        share.member() + 1);
  }

  private static void checkPassphrase(char[] passphrase) {
    for (char c : passphrase) {
      if (c < 32 || c > 126) {
        throw new IllegalArgumentException("the passphrase must be printable ASCII");
      }
    }
  }
}
