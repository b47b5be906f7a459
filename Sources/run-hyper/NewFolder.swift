import Foundation
import Literals
import Tuner

/// The folder that `--to` names, for files that belong together: they are written to a folder of another name beside it, which gets its
/// name when it is complete.
///
/// Nothing is created before the first file is written.
struct NewFolder {
  /// The folder as it was given, for messages.
  let name: String

  /// The folder's path, with links resolved.
  private let path: String
  private let partial: String

  /// - Throws: `CommandError.input` if there is no place for a new folder, or something else than an empty folder is there.
  init(_ folder: String) throws(CommandError) {
    guard !folder.isEmpty else { throw Self.error(found: "no path", expected: "the path of a new folder") }
    name = folder
    let given = URL(fileURLWithPath: folder).standardizedFileURL
    path = given.resolvingSymlinksInPath().path
    partial = "\(path.parentFolder)/.\(UUID().uuidString).partial"
    try checkPlace()
  }

  private func checkPlace() throws(CommandError) {
    let files = FileManager.default
    let remedy = "a new or an empty folder"
    if files.fileExists(atPath: path) || (try? files.destinationOfSymbolicLink(atPath: path)) != nil {
      guard files.fileExists(atPath: path + "/.") else {
        throw Self.error(found: "'\(name)', a file", expected: remedy)
      }
      guard let contents = try? files.contentsOfDirectory(atPath: path) else {
        throw Self.error(found: "'\(name)', a folder that cannot be read", expected: remedy)
      }
      guard contents.isEmpty else {
        throw Self.error(
          found: "'\(name)', a folder that has '\(contents.min() ?? "")' in it", expected: remedy)
      }
      let current = URL(fileURLWithPath: files.currentDirectoryPath).resolvingSymlinksInPath().path
      guard path != current else {
        throw Self.error(found: "'\(name)', the folder where you are", expected: "another one, such as ./model")
      }
    }
    let parent = path.parentFolder
    guard files.fileExists(atPath: parent + "/."), files.isWritableFile(atPath: parent) else {
      throw Self.error(found: "no writable folder '\(parent)'", expected: "one that exists")
    }
  }

  private static func error(found: String, expected: String) -> CommandError {
    .input(message(at: "--to", found: found, expected: expected))
  }

  private func write(_ bytes: [UInt8], as file: String) throws {
    try FileManager.default.createDirectory(atPath: partial, withIntermediateDirectories: true)
    let path = "\(partial)/\(file)"
    guard FileManager.default.createFile(atPath: path, contents: nil), let output = FileHandle(forWritingAtPath: path)
    else { throw CocoaError(.fileWriteNoPermission) }
    defer { try? output.close() }
    try output.write(contentsOf: bytes)
    try output.synchronize()
  }

  /// Writes all files durably, or none.
  ///
  /// - Parameter what: What the files are together, such as "the export", for messages.
  /// - Throws: `CommandError`.
  func write(
    _ what: String, _ files: [(name: String, bytes: () throws -> [UInt8])], shouldStop: () -> Bool = { false }
  ) throws(CommandError) {
    do {
      for file in files {
        if shouldStop() { throw CommandError.interrupted("Interrupted; nothing was written") }
        try write(try file.bytes(), as: file.name)
      }
      try Disk.syncFolder(partial)
      try Disk.moveDurably(partial, to: path)
    } catch {
      try? FileManager.default.removeItem(atPath: partial)
      throw error as? CommandError ?? reason(what, error)
    }
  }

  /// Why nothing was written.
  private func reason(_ what: String, _ error: any Error) -> CommandError {
    let isFull = (error as? CocoaError)?.code == .fileWriteOutOfSpace
    return .failed(
      isFull
        ? message(at: name, found: "no space left on its disk", expected: "free space there; nothing was written")
        : "\(name.inMessage): \(what) cannot be written; expected a new folder in a writable place with free space")
  }
}
