import Foundation
import Glibc

/// Files that survive a crash, and what the system says about processes.
///
/// The one place of the tuner that calls the C library.
enum Disk {
  /// Reads a whole file, also one of `/proc`, whose size is not known before.
  static func read(_ path: String) throws(StorageError) -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(path, doing: "open", expected: "a file that can be read") }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe buffer.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
      if count == 0 { return bytes }
      if count < 0 {
        if errno == EINTR { continue }
        throw failure(path, doing: "read", expected: "a file that can be read")
      }
      bytes += buffer[..<count]
    }
  }

  /// Writes a file so that after a crash it is there whole or not at all.
  ///
  /// The bytes go to `PATH.partial`, are synced, and take their name; then the folder is synced.
  ///
  /// - Parameter faults: Passed before anything is written, before the file takes its name, and at the end.
  static func writeDurably(
    _ bytes: [UInt8], to path: String, faults: (unwritten: FaultPoint, written: FaultPoint, renamed: FaultPoint)
  ) throws(StorageError) {
    faults.unwritten.pass()
    let aside = path + ".partial"
    let descriptor = unsafe open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failure(aside, doing: "create", expected: "a folder that can be written") }
    do throws(StorageError) {
      defer { close(descriptor) }
      try write(bytes, to: descriptor, named: aside)
      guard fsync(descriptor) == 0 else { throw failure(aside, doing: "sync", expected: "a disk that works") }
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
        throw failure(path, doing: "write", expected: "a disk that works, and room within quotas and limits")
      }
    }
  }

  /// Gives a file that is synced its name, in the place of another one where there is one.
  static func moveDurably(_ aside: String, to path: String) throws(StorageError) {
    guard unsafe rename(aside, path) == 0 else {
      throw failure(path, doing: "rename", expected: "a folder that can be written")
    }
    try syncFolder((path as NSString).deletingLastPathComponent)
  }

  /// Removes a file; one that is gone already is fine.
  static func remove(_ path: String) { _ = unsafe unlink(path) }

  /// Removes a folder with the files in it; one that is gone already is fine.
  static func removeFolder(_ path: String) {
    for file in files(in: path) { remove("\(path)/\(file)") }
    _ = unsafe rmdir(path)
  }

  /// Makes a folder and those above it, so that it is there after a crash.
  static func createFolder(_ path: String) throws(StorageError) {
    if isFolder(path) { return }
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw StorageError(
        location: path, found: "no folder, and none can be made", expected: "a place that can be written")
    }
    try syncFolder((path as NSString).deletingLastPathComponent)
  }

  /// The names of the files in a folder, sorted; none when there is no folder.
  static func files(in folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
  }

  /// Where a symbolic link points, or `nil`.
  static func link(_ path: String) -> String? {
    try? FileManager.default.destinationOfSymbolicLink(atPath: path)
  }

  /// Where a file is that a link may lead to, which is where SQLite puts its own files; the path itself when there is no file.
  static func resolved(_ path: String) -> String {
    guard let place = unsafe realpath(path, nil) else { return path }
    defer { unsafe free(place) }
    return unsafe String(cString: place)
  }

  /// Whether a folder stands at a path.
  static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }

  /// Whether this process may write a file or folder that exists.
  static func isWritable(_ path: String) -> Bool { unsafe access(path, W_OK) == 0 }

  /// What keeps processes from sharing memory by a file beside a path whose folder exists, or `nil`.
  static func logObstacle(_ path: String) -> LogObstacle? {
    let path = resolved(path)
    let folder = (path as NSString).deletingLastPathComponent
    var status = stat()
    if unsafe stat(folder.isEmpty ? "." : folder, &status) == 0, let mounts = try? read("/proc/self/mountinfo"),
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

  static func syncFolder(_ path: String) throws(StorageError) {
    let folder = path.isEmpty ? "." : path
    let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(folder, doing: "open", expected: "a folder that can be read") }
    defer { close(descriptor) }
    // Some file systems cannot sync a folder; the rename is ordered there by other means.
    guard fsync(descriptor) == 0 || errno == EINVAL else {
      throw failure(folder, doing: "sync", expected: "a disk that works")
    }
  }

  private static func failure(_ path: String, doing what: String, expected: String) -> StorageError {
    if errno == ENOSPC {
      return StorageError(
        location: path, found: "no space left on its disk",
        expected: "free space there; the same command continues then")
    }
    let reason = unsafe String(cString: strerror(errno))
    return StorageError(location: path, found: "\(reason.lowercased()) on \(what)", expected: expected)
  }
}
