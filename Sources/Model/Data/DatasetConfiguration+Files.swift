import Foundation
import Literals

extension DatasetConfiguration {
  /// The first folder with the dataset's name in `dataPaths`, or `nil`.
  public var folder: String? {
    guard DataError.problem(withName: name) == nil else { return nil }
    return dataPaths.map { "\($0.count > 1 && $0.hasSuffix("/") ? String($0.dropLast()) : $0)/\(name)" }.first { path in
      FileManager.default.fileExists(atPath: path + "/.")
    }
  }

  /// The names of the datasets in `dataPaths`, in alphabetical order.
  public var availableNames: [String] {
    let names = dataPaths.flatMap { path in
      ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).filter { name in
        guard DataError.problem(withName: name) == nil else { return false }
        let files = (try? FileManager.default.contentsOfDirectory(atPath: "\(path)/\(name)")) ?? []
        return files.contains { $0.hasPrefix("\(name).") && $0.hasSuffix(".inter") }
      }
    }
    return Set(names).sorted()
  }

  /// The datasets that `dataset fetch` downloads.
  private static let fetchableNames = ["ml-100k", "ml-1m"]

  /// The folder, or an error that lists the searched places and says how to get the dataset.
  func existingFolder() throws(DataError) -> String {
    if let problem = DataError.problem(withName: name) {
      throw DataError(at: "dataset", found: "the name '\(name)', which \(problem)", expected: "a plain folder name")
    }
    for file in benchmarkFiles ?? [] {
      guard let problem = DataError.problem(withName: file) else { continue }
      throw DataError(at: "benchmark_filename", found: "'\(file)', which \(problem)", expected: "a plain file name")
    }
    if let folder { return folder }
    let places = dataPaths.map { "\($0)/\(name)" }.joined(separator: ", ")
    let remedy =
      Self.fetchableNames.contains(name) ? "'\(ProgramCommand.line("dataset fetch \(name)"))'" : "--data_path=FOLDER"
    throw DataError(
      at: name, found: "no such dataset in \(places)",
      expected: "a folder \(name) that holds \(name).inter, or \(remedy)"
        + (nearestName(to: name, among: availableNames).map { "; perhaps \($0)" } ?? ""))
  }
}
