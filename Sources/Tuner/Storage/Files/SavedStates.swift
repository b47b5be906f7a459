/// Saved states under names: the checkpoints of all trials, or the weights that a study keeps.
///
/// A name may come from an untrusted database, so only its last component is used.
protocol SavedStates: Sendable {
  /// Where the states are, for messages.
  var location: String { get }

  /// Saves a state, replacing one with the same name: after a crash it is there completely or not at all.
  func save(_ bytes: [UInt8], as name: String) throws(StorageError)

  /// Saves a state in a transaction of its database, which a place in the database makes the state a part of.
  func save(_ bytes: [UInt8], as name: String, in db: Connection) throws

  /// Reads a state; the caller verifies that it is what was saved.
  func read(_ name: String) throws(StorageError) -> [UInt8]

  /// Reads a state in a transaction of its database, as the transaction sees it if the place is in the database.
  func read(_ name: String, in db: Connection) throws -> [UInt8]

  /// Whether there is a state with that name; `nil` if that cannot be determined.
  func contains(_ name: String) -> Bool?

  /// The sorted names of the states, and of those that a crash left incomplete, which end with `.partial`.
  func list() -> [String]

  /// Removes those of the states that exist.
  func remove(_ names: [String])

  /// Removes all states.
  func removeAll()
}

/// For places outside the database.
extension SavedStates {
  func save(_ bytes: [UInt8], as name: String, in db: Connection) throws { try save(bytes, as: name) }

  func read(_ name: String, in db: Connection) throws -> [UInt8] { try read(name) }
}

extension SavedStates {
  /// Where a state is, for messages.
  func location(of name: String) -> String { "\(location)/\(Self.lastPart(of: name))" }

  static func lastPart(of name: String) -> String {
    // A slash and a combining mark are one character, but the slash still separates folders.
    let last = name.unicodeScalars.split { $0 == "/" || $0 == "\0" }.last.map(String.init) ?? "-"
    return last == "." || last == ".." ? "-" : last
  }
}

/// Where a database's studies keep the states of their trials.
protocol StateStorage: Sendable {
  /// The states from which unfinished trials resume.
  var checkpoints: any SavedStates { get }

  /// What a state is, for messages.
  var noun: String { get }

  /// Whether states are rows of the database, which come and go with its transactions.
  var isInDatabase: Bool { get }

  /// The weights of a study's best trial.
  func weights(of study: Int64) -> any SavedStates

  /// The weights of all studies, including deleted ones, by the text of the study's number.
  func weightsOfAll() -> [(study: String, states: any SavedStates)]

  /// New notices for the user about lost states; each is returned once.
  func takeNotices() -> [String]
}
