import Foundation
import Glibc
import Literals

/// The identity of a file, regardless of its names.
struct FileIdentity: Hashable, Sendable {
  let device: UInt64
  let inode: UInt64
}

/// The result of looking at a path.
enum FileSighting: Equatable, Sendable {
  case file(FileIdentity)
  case nothing

  /// Unknown, because permission is missing or a server does not answer.
  case unknown
}

extension Disk {
  /// The file at a path, with links followed.
  static func sighting(_ path: String) -> FileSighting {
    var status = stat()
    if unsafe stat(path, &status) == 0 { return .file(FileIdentity(status)) }
    return errno == ENOENT || errno == ENOTDIR ? .nothing : .unknown
  }

  /// The file of a descriptor of this process, or `nil` if it is closed or the file cannot be reached.
  static func identity(of descriptor: CInt) -> FileIdentity? {
    var status = stat()
    return unsafe fstat(descriptor, &status) == 0 ? FileIdentity(status) : nil
  }

  /// The descriptors of this process and their files.
  ///
  /// Nothing is opened: closing another descriptor of a database would release SQLite's locks on it.
  static func openFiles() -> [(descriptor: CInt, identity: FileIdentity)] {
    files(in: "/proc/self/fd").compactMap { name in
      guard let descriptor = CInt(name), let identity = identity(of: descriptor) else { return nil }
      return (descriptor, identity)
    }
  }

  /// A path of the file of a descriptor, or `nil` if the system knows none.
  static func name(of descriptor: CInt) -> String? {
    // For a deleted file, the system gives its old path, where it no longer exists.
    guard let name = link("/proc/self/fd/\(descriptor)"), let identity = identity(of: descriptor),
      sighting(name) == .file(identity)
    else { return nil }
    return name
  }

  /// Renames a synced file to an unused name; returns false if another file has that name.
  static func moveWithoutReplacing(_ aside: String, to path: String) throws(StorageError) -> Bool {
    if unsafe Glibc.link(aside, path) == 0 {
      remove(aside)
      try syncFolder(path.parentFolder)
      return true
    }
    guard errno != EEXIST, sighting(path) == .nothing else { return false }
    // The file system has no hard links.
    try moveDurably(aside, to: path)
    return true
  }

  /// Reads a whole file of at most `limit` bytes; `nil` if it is larger or cannot be read.
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
