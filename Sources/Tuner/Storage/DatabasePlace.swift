/// What became of a database file that a process has open.
enum DatabaseFate: Equatable, Sendable {
  /// The file at the path is the one that is open.
  case inPlace

  /// No file is at the path, and no other name of the open one is known.
  case deleted

  /// No file is at the path; the open one has another name.
  case moved(to: String)

  /// Another file is at the path.
  ///
  /// - Parameter name: A name of the open one, or `nil` when none is known.
  case replaced(name: String?)

  /// The database is in place; SQLite's log or its index beside it is not the one that is open.
  case cutFromLog(String)

  /// Decides by what is at the path.
  ///
  /// - Parameters:
  ///   - opened: The file that is open.
  ///   - sighting: What is at the path. Where the system does not say, nothing speaks against the file being there.
  ///   - name: A path that leads to the open file, or `nil` when none is known.
  init(opened: FileIdentity, sighting: FileSighting, name: String?) {
    let name = name.flatMap { Self.isPlaceholder($0) ? nil : $0 }
    switch sighting {
    case .unknown, .file(opened): self = .inPlace
    case .file: self = .replaced(name: name)
    case .nothing: self = name.map { .moved(to: $0) } ?? .deleted
    }
  }

  /// Whether a file system made a name up for a file that was deleted while it was open, to remove it when it is closed.
  ///
  /// Source: `nfs_sillyrename` in `fs/nfs/dir.c` of Linux; the option `hard_remove` of libfuse.
  private static func isPlaceholder(_ name: String) -> Bool {
    let last = name.split(separator: "/").last ?? ""
    return last.hasPrefix(".nfs") || last.hasPrefix(".fuse_hidden")
  }
}

/// Where a database was when it was opened, and which files it consists of.
struct DatabasePlace: Sendable {
  /// As the user gave it; a link may stand there.
  let givenPath: String

  /// Where the file was, which is where SQLite puts its own files.
  let path: String

  private let database: FileIdentity
  private let descriptor: CInt

  /// SQLite's log and index, where there are such.
  private let companions: [Companion]

  private struct Companion {
    let path: String
    let identity: FileIdentity
  }

  /// Takes note of a database that has just been opened; `nil` where it is gone already.
  init?(ofOpened givenPath: String) {
    path = Disk.resolved(givenPath)
    guard case .file(let identity) = Disk.sighting(path),
      let file = Disk.openFiles().first(where: { $0.identity == identity })
    else { return nil }
    self.givenPath = givenPath
    database = identity
    descriptor = file.descriptor
    companions = ["-wal", "-shm"].compactMap { [path] suffix in
      guard case .file(let identity) = Disk.sighting(path + suffix) else { return nil }
      return Companion(path: path + suffix, identity: identity)
    }
  }

  /// Looks at the files' paths.
  func fate() -> DatabaseFate {
    let sighting = Disk.sighting(givenPath)
    let companion = companions.first { !Self.isThere(Disk.sighting($0.path), $0.identity) }
    if sighting == .file(database), companion == nil { return .inPlace }
    let files = Disk.openFiles()
    let descriptor = files.first { $0.identity == database }?.descriptor ?? descriptor
    // A file system may number its files anew; what is open and what is at the path have the same number all the same.
    let fate = DatabaseFate(
      opened: Disk.identity(of: descriptor) ?? database, sighting: sighting, name: Disk.name(of: descriptor))
    guard fate == .inPlace, let companion else { return fate }
    if case .file(let identity) = Disk.sighting(companion.path), files.contains(where: { $0.identity == identity }) {
      return .inPlace
    }
    return .cutFromLog(companion.path)
  }

  private static func isThere(_ sighting: FileSighting, _ identity: FileIdentity) -> Bool {
    sighting == .file(identity) || sighting == .unknown
  }

  /// The permissions of the database.
  var mode: UInt32? { Disk.mode(of: descriptor) }

  /// Removes SQLite's log and index from the path, so that no other file that takes it is mixed up with them.
  ///
  /// Throws a `StorageError` when others than those of the open database are there.
  func removeCompanions() throws(StorageError) {
    let files = Set(Disk.openFiles().map(\.identity))
    for suffix in ["-wal", "-shm", "-journal"] {
      switch Disk.sighting(path + suffix) {
      case .nothing: continue
      case .file(let identity) where files.contains(identity): Disk.remove(path + suffix)
      case .file, .unknown:
        throw StorageError(
          location: path + suffix, found: "a file of another database",
          expected: "no such file next to a deleted database")
      }
    }
  }
}
