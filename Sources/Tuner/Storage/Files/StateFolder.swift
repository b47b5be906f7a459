/// Saved states as files in a folder, which is created when the first one is saved.
struct StateFolder: SavedStates {
  let location: String

  /// The database's folder, if it is in one: where that was moved or deleted, it is not made anew.
  let root: String?

  /// What is lost with the states, for messages.
  let loss: String

  /// Passed before anything is written, before a state has its name, and when it has.
  let faults: (unwritten: FaultPoint, written: FaultPoint, renamed: FaultPoint)

  let watch: FolderWatch

  func save(_ bytes: [UInt8], as name: String) throws(StorageError) {
    try watch.create(location, below: root, losing: loss)
    try Disk.writeDurably(bytes, to: location(of: name), faults: faults)
  }

  func read(_ name: String) throws(StorageError) -> [UInt8] { try Disk.read(location(of: name)) }

  func contains(_ name: String) -> Bool? {
    switch Disk.sighting(location(of: name)) {
    case .file: true
    case .nothing: false
    case .unknown: nil
    }
  }

  func list() -> [String] { Disk.files(in: location) }

  func remove(_ names: [String]) {
    for name in names { Disk.remove(location(of: name)) }
  }

  func removeAll() { Disk.removeFolder(location) }
}
