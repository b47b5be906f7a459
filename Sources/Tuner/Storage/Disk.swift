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
    var isOpen = true
    defer { if isOpen { close(descriptor) } }
    var written = 0
    while written < bytes.count {
      let count = unsafe bytes.withUnsafeBytes {
        unsafe write(descriptor, $0.baseAddress! + written, $0.count - written)
      }
      if count < 0 {
        if errno == EINTR { continue }
        let error = failure(aside, doing: "write", expected: "free space on its disk")
        remove(aside)
        throw error
      }
      written += count
    }
    guard fsync(descriptor) == 0 else { throw failure(aside, doing: "sync", expected: "a disk that works") }
    isOpen = false
    guard close(descriptor) == 0 else { throw failure(aside, doing: "close", expected: "a disk that works") }
    faults.written.pass()
    try moveDurably(aside, to: path)
    faults.renamed.pass()
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

  /// Whether a folder stands at a path.
  static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }

  /// Whether this process may write a file or folder that exists.
  static func isWritable(_ path: String) -> Bool { unsafe access(path, W_OK) == 0 }

  private static func syncFolder(_ path: String) throws(StorageError) {
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
    let reason = unsafe String(cString: strerror(errno))
    return StorageError(location: path, found: "\(reason.lowercased()) on \(what)", expected: expected)
  }
}
