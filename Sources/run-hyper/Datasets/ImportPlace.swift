import Foundation
import Literals

/// Where an import writes: a folder of its own, or a file in a folder that exists, which gets its name when it is complete.
///
/// Nothing is created before the first bytes are written.
final class ImportPlace {
  private let folder: String
  private let target: String

  /// Whether the folder is new, and whether the folder that contains it is.
  private let isNew: Bool
  private let hasNewParent: Bool

  /// What gets its name at the end: the new folder, or the file.
  private let partial: String
  private var output: FileHandle?

  init(folder: String, file: String) {
    (self.folder, target) = (folder, "\(folder)/\(file)")
    isNew = !FileManager.default.fileExists(atPath: folder)
    hasNewParent = !FileManager.default.fileExists(atPath: folder.parentFolder)
    partial = "\(isNew ? folder.parentFolder : folder)/.\(UUID().uuidString).partial"
  }

  func write(_ bytes: [UInt8]) throws {
    let output = try output ?? open()
    self.output = output
    try output.write(contentsOf: bytes)
  }

  private func open() throws -> FileHandle {
    if isNew { try FileManager.default.createDirectory(atPath: partial, withIntermediateDirectories: true) }
    let file = isNew ? "\(partial)/\(target.dropFirst(folder.count + 1))" : partial
    guard FileManager.default.createFile(atPath: file, contents: nil),
      let output = FileHandle(forWritingAtPath: file)
    else { throw CocoaError(.fileWriteNoPermission) }
    return output
  }

  /// Gives the folder or file its name.
  func finish() throws {
    try output?.synchronize()
    try output?.close()
    guard unsafe rename(partial, isNew ? folder : target) == 0 else { throw CocoaError(.fileWriteUnknown) }
  }

  /// Removes what was written.
  func clear() {
    try? output?.close()
    try? FileManager.default.removeItem(atPath: partial)
    // Removes a folder only if it is empty.
    if hasNewParent { _ = unsafe rmdir(folder.parentFolder) }
  }
}
