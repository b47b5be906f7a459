import Foundation

@testable import Model

/// A folder of datasets that goes when the test ends.
final class TemporaryDataset {
  /// Holds the dataset's folder.
  let dataPath: String
  let name: String

  /// Writes files, each called `name.suffix`.
  init(_ name: String = "toy", files: [String: String] = [:]) throws {
    self.name = name
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("run-hyper-\(UUID().uuidString)")
    dataPath = folder.path
    try FileManager.default.createDirectory(
      at: folder.appendingPathComponent(name), withIntermediateDirectories: true)
    for (suffix, text) in files { try write(Data(text.utf8), suffix) }
  }

  deinit { try? FileManager.default.removeItem(atPath: dataPath) }

  func write(_ bytes: Data, _ suffix: String) throws {
    try bytes.write(to: URL(fileURLWithPath: "\(dataPath)/\(name)/\(name).\(suffix)"))
  }

  /// Reads the dataset, with settings changed by `change`, `blockSize` bytes of a file at once.
  func load(
    blockSize: Int = LineReader.defaultBlockSize, _ change: (inout DatasetConfiguration) -> Void = { _ in }
  ) throws(DataError) -> (dataset: SequenceDataset, report: LoadReport) {
    var configuration = DatasetConfiguration()
    configuration.name = name
    configuration.dataPaths = [dataPath]
    change(&configuration)
    return try SequenceDataset.load(configuration, blockSize: blockSize)
  }
}

/// An `.inter` file of rows such as `u1 A 100`, columns divided by spaces.
func interactions(_ rows: [String], header: String = "user_id:token item_id:token timestamp:float") -> String {
  ([header] + rows).map { $0.replacing(" ", with: "\t") + "\n" }.joined()
}

extension SequenceDataset {
  /// Samples as `user: history > target`, in ids.
  func shown(_ samples: [Sample]) -> [String] {
    samples.map { sample in
      "\(sample.user): \(history(of: sample).map(String.init).joined(separator: " ")) > \(target(of: sample))"
    }
  }

  /// The items of all users in their order, by name.
  var namedItems: String { items.map { itemTokens[Int($0)] }.joined(separator: " ") }
}
