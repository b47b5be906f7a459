import Foundation
import Literals
import Tuner

/// The files that a study writes beside its database, as absolute paths in its stored command, so that `resume` writes them, too.
struct ResultFiles: Codable, Equatable {
  var outputFile: String?
  var displayFile: String?

  init() {}

  /// - Parameter options: Paths as they were given.
  init(_ options: ResultFileOptions) {
    func absolute(_ path: String) -> String { URL(fileURLWithPath: path).standardizedFileURL.path }
    (outputFile, displayFile) = (options.outputFile.map(absolute), options.displayFile.map(absolute))
  }

  /// Why a file that a database names is not written, or `nil`.
  ///
  /// A database may be a stranger's: no file of another kind is replaced, and none elsewhere is written.
  ///
  /// - Parameter folders: The folders in which files may be written, and below which.
  static func obstacle(to file: String, in folders: [String], _ isOurs: (String) -> Bool) -> String? {
    let place = InputFile.place(of: file)
    let isNear = folders.contains { folder in
      let path = URL(fileURLWithPath: folder).resolvingSymlinksInPath().path
      return place.hasPrefix(path == "/" ? path : path + "/")
    }
    if !isNear { return "it is neither in this folder nor beside the database" }
    if (try? InputFile.checkPlace(of: file, option: "")) == nil { return "there is no place for it" }
    guard FileManager.default.fileExists(atPath: place) else { return nil }
    guard let bytes = try? InputFile.bytes(of: place, most: 4096, remedy: ""),
      isOurs(String(decoding: bytes, as: UTF8.self))
    else { return "another file is there" }
    return nil
  }
}

extension RunOptions.Request {
  /// The request with the files of the study's stored command, where no others are given.
  func keeping(_ stored: ResultFiles?, of study: String, in storage: StorageOptions) -> Self {
    guard let stored else { return self }
    var request = self
    let folders = [FileManager.default.currentDirectoryPath] + storage.files.map { $0.path.parentFolder }
    func usable(_ file: String, _ option: String, beside other: String?, _ isOurs: (String) -> Bool) -> String? {
      let isTaken = other.map { InputFile.place(of: $0) == InputFile.place(of: file) } ?? false
      let found = isTaken ? "the other option names it" : ResultFiles.obstacle(to: file, in: folders, isOurs)
      guard let obstacle = found else { return file }
      Output.note(
        "note: \(file.inMessage), which \(study) was to write, is not written, since \(obstacle); \(option)=FILE names another"
      )
      return nil
    }
    if files.displayFile == nil, let file = stored.displayFile {
      request.remembered.displayFile = file
      request.files.displayFile = usable(file, "--display_file", beside: files.outputFile) {
        $0.hasPrefix("<!DOCTYPE html>")
      }
    }
    if files.outputFile == nil, let file = stored.outputFile {
      request.remembered.outputFile = file
      request.files.outputFile = usable(file, "--output_file", beside: request.files.displayFile) {
        $0.isEmpty || $0.contains("\nValid result:\n")
      }
    }
    return request
  }
}
