import Foundation
import Glibc
import Literals

/// Crash-safe file operations, and system information about processes.
///
/// This is the only place in the tuner that calls the C library.
package enum Disk {
  /// Reads a whole file, including files of `/proc`, whose size is not known beforehand.
  static func read(_ path: String) throws(StorageError) -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(path, doing: "open", expected: "a readable file") }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe buffer.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
      if count == 0 { return bytes }
      if count < 0 {
        if errno == EINTR { continue }
        throw failure(path, doing: "read", expected: "a readable file")
      }
      bytes += buffer[..<count]
    }
  }

  /// Writes a file atomically: after a crash it is there completely or not at all.
  ///
  /// The bytes are written to `PATH.partial` and synced; then the file is renamed and the folder is synced.
  ///
  /// - Parameter faults: Passed before anything is written, before the rename, and at the end.
  static func writeDurably(
    _ bytes: [UInt8], to path: String, faults: (unwritten: FaultPoint, written: FaultPoint, renamed: FaultPoint)
  ) throws(StorageError) {
    faults.unwritten.pass()
    let aside = path + ".partial"
    let descriptor = unsafe open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failure(aside, doing: "create", expected: "a writable folder") }
    do throws(StorageError) {
      defer { close(descriptor) }
      try write(bytes, to: descriptor, named: aside)
      guard fsync(descriptor) == 0 else { throw failure(aside, doing: "sync", expected: "a working disk") }
    } catch {
      remove(aside)
      throw error
    }
    faults.written.pass()
    try moveDurably(aside, to: path)
    faults.renamed.pass()
  }

  private static func write(_ bytes: [UInt8], to descriptor: CInt, named path: String) throws(StorageError) {
    var written = 0
    while written < bytes.count {
      let count = unsafe bytes.withUnsafeBytes {
        unsafe Glibc.write(descriptor, $0.baseAddress! + written, $0.count - written)
      }
      if count >= 0 {
        written += count
      } else if errno != EINTR {
        throw failure(path, doing: "write", expected: "a working disk, with free space within quotas and limits")
      }
    }
  }

  /// Renames a synced file to its final name, replacing an existing file.
  package static func moveDurably(_ aside: String, to path: String) throws(StorageError) {
    guard unsafe rename(aside, path) == 0 else {
      throw failure(path, doing: "rename", expected: "a writable folder")
    }
    try syncFolder(path.parentFolder)
  }

  /// Removes a file, if it exists.
  static func remove(_ path: String) { _ = unsafe unlink(path) }

  /// Removes a folder and the files in it, if it exists.
  static func removeFolder(_ path: String) {
    for file in files(in: path) { remove("\(path)/\(file)") }
    removeEmptyFolder(path)
  }

  /// Removes a folder, if it exists and is empty.
  static func removeEmptyFolder(_ path: String) { _ = unsafe rmdir(path) }

  /// Creates a folder and its parents durably, so that it exists after a crash.
  ///
  /// - Parameter root: A parent that is not created: it has to exist.
  static func createFolder(_ path: String, below root: String? = nil) throws(StorageError) {
    if isFolder(path) { return }
    let failure = StorageError(
      location: path, found: "no such folder, and it cannot be created", expected: "a writable place")
    // A path without a slash has the parent ".", and so has that itself.
    let parent = path.parentFolder
    if parent != root, parent != path {
      do { try createFolder(parent, below: root) } catch { throw failure }
    }
    guard unsafe mkdir(path, 0o777) == 0 || errno == EEXIST && isFolder(path) else { throw failure }
    try syncFolder(parent)
  }

  /// The sorted names of the files in a folder; empty if there is no folder.
  static func files(in folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
  }

  /// The destination of a symbolic link, or `nil`.
  static func link(_ path: String) -> String? {
    try? FileManager.default.destinationOfSymbolicLink(atPath: path)
  }

  /// The path with links resolved, next to which SQLite puts its own files; the path itself if there is no file.
  static func resolved(_ path: String) -> String {
    guard let place = unsafe realpath(path, nil) else { return path }
    defer { unsafe free(place) }
    return unsafe String(cString: place)
  }

  /// Whether there is a folder at the path.
  static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }

  /// Whether this process may write to an existing file or folder.
  static func isWritable(_ path: String) -> Bool { unsafe access(path, W_OK) == 0 }

  /// What prevents processes from sharing memory through a file next to `path`, or `nil`; the folder must exist.
  static func logObstacle(_ path: String) -> LogObstacle? {
    let path = resolved(path)
    var status = stat()
    if unsafe stat(path.parentFolder, &status) == 0, let mounts = try? read("/proc/self/mountinfo"),
      let obstacle = LogObstacle(device: UInt64(status.st_dev), mounts: String(decoding: mounts, as: UTF8.self))
    {
      return obstacle
    }
    let probe = "\(path)-shm-\(UUID().uuidString)"
    let descriptor = unsafe open(probe, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    remove(probe)
    let size = 4096
    guard ftruncate(descriptor, off_t(size)) == 0 else { return nil }
    let memory = unsafe mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
    if unsafe memory == MAP_FAILED { return .noSharedMemory }
    unsafe munmap(memory, size)
    return nil
  }

  /// Makes the names of the files in a folder durable.
  package static func syncFolder(_ folder: String) throws(StorageError) {
    let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(folder, doing: "open", expected: "a readable folder") }
    defer { close(descriptor) }
    // Some file systems cannot sync a folder; they order the rename by other means.
    guard fsync(descriptor) == 0 || errno == EINVAL else {
      throw failure(folder, doing: "sync", expected: "a working disk")
    }
  }

  private static func failure(_ path: String, doing what: String, expected: String) -> StorageError {
    if errno == ENOSPC {
      return StorageError(
        location: path, found: "no space left on its disk",
        expected: "free space there; then run the same command to resume")
    }
    let reason = unsafe String(cString: strerror(errno))
    return StorageError(location: path, found: "\(reason.lowercased()) (\(what))", expected: expected)
  }
}
