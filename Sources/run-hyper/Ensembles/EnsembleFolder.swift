import Foundation
import Literals
import Model

/// A new folder for the weights of an ensemble.
struct EnsembleFolder {
  let path: String

  /// - Throws: `CommandError.input` unless the folder can be made, or is there and empty.
  init(option: String, _ path: String) throws(CommandError) {
    self.path = path
    let files = FileManager.default
    guard !path.isEmpty else {
      throw .input(message(at: option, found: "no path", expected: "the path of a new folder"))
    }
    if files.fileExists(atPath: path) {
      guard (try? files.contentsOfDirectory(atPath: path))?.isEmpty == true, files.isWritableFile(atPath: path) else {
        throw .input(message(at: option, found: "'\(path)', which exists", expected: "a new folder, or an empty one"))
      }
      return
    }
    let parent = URL(fileURLWithPath: path).standardizedFileURL.deletingLastPathComponent().path
    guard files.fileExists(atPath: parent + "/."), files.isWritableFile(atPath: parent) else {
      throw .input(message(at: option, found: "no writable folder '\(parent)'", expected: "one that exists"))
    }
  }

  /// The name of a member's file; sorted by name, files are in the order in which the members were chosen.
  ///
  /// - Parameter place: From 1.
  static func name(_ place: Int, of count: Int, trial: Int) -> String {
    let digits = "\(count)".count - "\(place)".count
    return "\(String(repeating: "0", count: digits))\(place)-trial-\(trial).safetensors"
  }

  /// Makes the folder and writes the files.
  ///
  /// - Throws: `CommandError.failed` if that is not possible.
  func write(_ weights: [(name: String, weights: Safetensors)]) throws(CommandError) {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      for (name, weights) in weights {
        try Data(try weights.encoded()).write(
          to: URL(fileURLWithPath: path).appendingPathComponent(name), options: .atomic)
      }
    } catch {
      throw .failed("\(path): the weights cannot be written; expected a writable folder with free space")
    }
  }
}
