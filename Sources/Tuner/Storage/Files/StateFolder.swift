/// Saved states under names: the checkpoints of all trials, or the weights that a study keeps.
///
/// The states are files in a folder, which is created when the first one is saved.
///
/// A name may come from an untrusted database, so only its last component is used.
struct StateFolder: Sendable {
  /// Where the states are, for messages.
  let location: String

  /// What is lost with the states, for messages.
  let loss: String

  /// Passed before anything is written, before a state has its name, and when it has.
  let faults: (unwritten: FaultPoint, written: FaultPoint, renamed: FaultPoint)

  let watch: FolderWatch

  /// Where a state is, for messages.
  func location(of name: String) -> String { "\(location)/\(Self.lastPart(of: name))" }

  /// Saves a state, replacing one with the same name: after a crash it is there completely or not at all.
  func save(_ bytes: [UInt8], as name: String) throws(StorageError) {
    try watch.create(location, losing: loss)
    try Disk.writeDurably(bytes, to: location(of: name), faults: faults)
  }

  /// Reads a state; the caller verifies that it is what was saved.
  func read(_ name: String) throws(StorageError) -> [UInt8] { try Disk.read(location(of: name)) }

  /// Whether there is a state with that name; `nil` if that cannot be determined.
  func contains(_ name: String) -> Bool? {
    switch Disk.sighting(location(of: name)) {
    case .file: true
    case .nothing: false
    case .unknown: nil
    }
  }

  /// The sorted names of the states, and of those that a crash left incomplete.
  func list() -> [String] { Disk.files(in: location) }

  /// Removes those of the states that exist.
  func remove(_ names: [String]) {
    for name in names { Disk.remove(location(of: name)) }
  }

  /// Removes all states.
  func removeAll() { Disk.removeFolder(location) }

  private static func lastPart(of name: String) -> String {
    // A slash and a combining mark are one character, but the slash still separates folders.
    let last = name.unicodeScalars.split { $0 == "/" || $0 == "\0" }.last.map(String.init) ?? "-"
    return last == "." || last == ".." ? "-" : last
  }
}
