/// What happened to a database file that a process has open.
enum DatabaseFate: Equatable, Sendable {
  /// The file at the path is the open one.
  case inPlace

  /// There is no file at the path, and no other name of the open file is known.
  case deleted

  /// There is no file at the path; the open file has another name.
  case moved(to: String)

  /// There is another file at the path.
  ///
  /// - Parameter name: A name of the open file, or `nil` if none is known.
  case replaced(name: String?)

  /// The database is in place, but SQLite's log or its index next to it is not the open one.
  case cutFromLog(String)

  /// Determines the fate from what is at the path.
  ///
  /// - Parameters:
  ///   - opened: The file that is open.
  ///   - sighting: What is at the path. If that is unknown, the file is assumed to be in place.
  ///   - name: A path of the open file, or `nil` if none is known.
  init(opened: FileIdentity, sighting: FileSighting, name: String?) {
    let name = name.flatMap { Self.isPlaceholder($0) ? nil : $0 }
    switch sighting {
    case .unknown, .file(opened): self = .inPlace
    case .file: self = .replaced(name: name)
    case .nothing: self = name.map { .moved(to: $0) } ?? .deleted
    }
  }

  /// Whether the name is one that a file system gives a file that was deleted while open, until it is closed.
  ///
  /// Source: `nfs_sillyrename` in `fs/nfs/dir.c` of Linux; the option `hard_remove` of libfuse.
  private static func isPlaceholder(_ name: String) -> Bool {
    let last = name.split(separator: "/").last ?? ""
    return last.hasPrefix(".nfs") || last.hasPrefix(".fuse_hidden")
  }
}

/// The path of a database when it was opened, and the files that belong to it.
struct DatabasePlace: Sendable {
  /// The path as given by the user; it may be a link.
  let givenPath: String

  /// The path with links resolved, next to which SQLite puts its own files.
  let path: String

  private let database: FileIdentity
  private let descriptor: CInt

  /// SQLite's log and index, if they exist.
  private let companions: [Companion]

  private struct Companion {
    let path: String
    let identity: FileIdentity
  }

  /// Records the files of a database that has just been opened; `nil` if it is already gone.
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

  /// Checks the files' paths.
  func fate() -> DatabaseFate {
    let sighting = Disk.sighting(givenPath)
    let companion = companions.first { !Self.isThere(Disk.sighting($0.path), $0.identity) }
    if sighting == .file(database), companion == nil { return .inPlace }
    let files = Disk.openFiles()
    let descriptor = files.first { $0.identity == database }?.descriptor ?? descriptor
    // A file system may renumber its files, but the open file and the file at the path still have the same number.
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

  /// Whether a log or an index is at its path that is not the open one.
  var hasOtherCompanions: Bool {
    companions.contains { companion in
      let sighting = Disk.sighting(companion.path)
      return sighting != .nothing && !Self.isThere(sighting, companion.identity)
    }
  }

  /// The permissions of the database.
  var mode: UInt32? { Disk.mode(of: descriptor) }

  /// Removes SQLite's log and index from the path, so that they are not applied to another database there.
  ///
  /// Throws a `StorageError` if files of another database are there.
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
