import Literals

/// The meaning of a key in a configuration, regardless of its source.
public enum KeyMeaning: Sendable, Hashable {
  /// It has an effect.
  case known

  /// A key of RecBole that can only have one value here, and the reason.
  case fixed(reason: String)

  /// A key of RecBole that has no effect here, and the reason.
  case withoutEffect(reason: String)

  /// A key of RecBole, True or False, that only says how a run is shown.
  case display

  /// Another program's name for a key, or an old name.
  case alias(of: String)

  /// It is probably a misspelling of this key.
  case near(String)

  /// It resembles no key.
  case unknown
}

extension Configuration {
  /// The meaning of `key`, which is determined only here, for the command line, YAML files and parameter files.
  ///
  /// A key is close to another if at most one letter in four differs. That keeps `d_state` apart from `state`.
  public static func meaning(ofKey key: String) -> KeyMeaning {
    if let meaning = KeyTable.meanings[key] { return meaning }
    if let name = KeyTable.aliases[key.lowercased()] { return .alias(of: name) }
    if let name = nearestName(to: key, among: KeyTable.correctNames, lettersPerEdit: 4) { return .near(name) }
    // A key that differs by one letter from a long name of another program is probably that name.
    let alias = nearestName(to: key, among: KeyTable.longAliases, lettersPerEdit: .max)
    return alias.flatMap { KeyTable.aliases[$0] }.map { .near($0) } ?? .unknown
  }
}

extension KeyTable {
  /// The meaning of every key, as it is spelled.
  fileprivate static let meanings: [String: KeyMeaning] = {
    var meanings = otherModelsKeys.reduce(into: [:]) {
      $0[$1] = KeyMeaning.withoutEffect(reason: "only other models of RecBole use it")
    }
    for (name, reason) in reasons { meanings[name] = .withoutEffect(reason: reason) }
    for name in displayKeys { meanings[name] = .display }
    for key in rows { meanings[key.name] = key.fixedReason.map { .fixed(reason: $0) } ?? .known }
    return meanings
  }()

  /// The keys of other programs and of old, and the key that each leads to.
  static let aliases = Dictionary(uniqueKeysWithValues: rows.flatMap { key in key.aliases.map { ($0, key.name) } })

  /// The keys of which another key may be a misspelling.
  fileprivate static let correctNames = rows.map(\.name) + reasons.keys + displayKeys

  /// Keys that only say how a run is shown.
  private static let displayKeys = ["show_progress"]

  fileprivate static let longAliases = aliases.keys.filter { $0.count >= 8 }
}

extension KeyMeaning {
  /// What to write instead of an invalid key, for a message.
  var remedy: String {
    switch self {
    case .alias(let name): name
    case .near(let name): "a known key, such as \(name)\(Self.idleness(of: name))"
    case .known, .fixed, .withoutEffect, .display, .unknown:
      "a known key; \(ProgramCommand.line("train --help")) lists them"
    }
  }

  /// An addition to the name of a key that has no effect.
  private static func idleness(of key: String) -> String {
    guard case .withoutEffect(let reason) = Configuration.meaning(ofKey: key) else { return "" }
    return ", which has no effect here: \(reason)"
  }

  /// Why a parameter file cannot tune `key`, or `nil` if it can.
  public func obstacle(tuning key: String) -> (found: String, expected: String)? {
    switch self {
    case .known: nil
    case .fixed(let reason):
      ("parameter '\(key)', which can only have one value", "no such line, since \(reason)")
    case .withoutEffect(let reason):
      ("parameter '\(key)'", "no such line, since \(key) has no effect on BERT4Rec: \(reason)")
    case .display: ("parameter '\(key)'", "no such line, since \(key) only says how a run is shown")
    case .alias(let name): ("unknown parameter '\(key)'", "'\(name)'")
    case .near(let name): ("unknown parameter '\(key)'", "'\(name)', the nearest key\(Self.idleness(of: name))")
    case .unknown:
      ("unknown parameter '\(key)'", "a configuration key; \(ProgramCommand.line("train --help")) lists them")
    }
  }
}
