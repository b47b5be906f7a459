import Foundation
import Glibc
import Literals

/// Which file something is, whatever its names are.
struct FileIdentity: Hashable, Sendable {
  let device: UInt64
  let inode: UInt64
}

/// What a look at a path found.
enum FileSighting: Equatable, Sendable {
  case file(FileIdentity)
  case nothing

  /// The system does not say, for want of permission or of a server that answers.
  case unknown
}

extension Disk {
  /// What stands at a path, links followed.
  static func sighting(_ path: String) -> FileSighting {
    var status = stat()
    if unsafe stat(path, &status) == 0 { return .file(FileIdentity(status)) }
    return errno == ENOENT || errno == ENOTDIR ? .nothing : .unknown
  }

  /// Which file a descriptor of this process leads to, or `nil` when it is closed or the file cannot be reached.
  static func identity(of descriptor: CInt) -> FileIdentity? {
    var status = stat()
    return unsafe fstat(descriptor, &status) == 0 ? FileIdentity(status) : nil
  }

  /// The descriptors of this process and their files.
  ///
  /// Nothing is opened: to close a further descriptor of a database would take away SQLite's locks on it.
  static func openFiles() -> [(descriptor: CInt, identity: FileIdentity)] {
    files(in: "/proc/self/fd").compactMap { name in
      guard let descriptor = CInt(name), let identity = identity(of: descriptor) else { return nil }
      return (descriptor, identity)
    }
  }

  /// A path that leads to the file of a descriptor, or `nil` when the system knows none.
  static func name(of descriptor: CInt) -> String? {
    // Of a deleted file the system says where it had been; there it is no more.
    guard let name = link("/proc/self/fd/\(descriptor)"), let identity = identity(of: descriptor),
      sighting(name) == .file(identity)
    else { return nil }
    return name
  }

  /// Gives a file that is synced a name that no file has; false where another one has it.
  static func moveWithoutReplacing(_ aside: String, to path: String) throws(StorageError) -> Bool {
    if unsafe Glibc.link(aside, path) == 0 {
      remove(aside)
      try syncFolder(path.parentFolder)
      return true
    }
    guard errno != EEXIST, sighting(path) == .nothing else { return false }
    // A file system without hard links.
    try moveDurably(aside, to: path)
    return true
  }

  /// Reads a whole file of at most so many bytes; `nil` when it is larger or cannot be read.
  static func read(_ path: String, upTo limit: Int) -> [UInt8]? {
    var status = stat()
    guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= limit else {
      return nil
    }
    return try? read(path)
  }

  /// The permissions of a descriptor's file.
  static func mode(of descriptor: CInt) -> mode_t? {
    var status = stat()
    return unsafe fstat(descriptor, &status) == 0 ? status.st_mode & 0o7777 : nil
  }

  static func setMode(_ mode: mode_t, of path: String) { _ = unsafe chmod(path, mode) }
}

extension FileIdentity {
  fileprivate init(_ status: stat) {
    self.init(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
  }
}
