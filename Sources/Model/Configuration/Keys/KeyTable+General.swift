import Literals

extension KeyTable {
  static let model = section(.general, .choice("model", \.model, "Model."))

  /// What leads to the dataset's folder.
  static let place = section(
    .general,
    .custom(
      "dataset", \.dataset.name, "text", "Dataset: the name of its folder and files.",
      aliases: "dataset_name data_name",
      read: { $0.folderName($1, into: &$2) }, write: { .text($0) }),
    .custom(
      "data_path", \.dataset.dataPaths, "text or null", "Folder of datasets; null searches the usual places.",
      read: { $0.folder($1, into: &$2) }, write: { $0.count == 1 ? .text($0[0]) : .null }
    ).effective { _ in nil })

  static let seed = section(
    .general,
    .custom(
      "seed", \.training.seed, "integer ≥ 0", "Random seed.", aliases: "random_seed",
      read: { reader, key, value in
        var seed = Int(clamping: value)
        reader.integer(key, in: 0...Int.max, into: &seed)
        value = UInt64(seed)
      }, write: { .integer(Int(clamping: $0)) }))
}
