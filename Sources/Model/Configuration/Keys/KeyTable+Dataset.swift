import Literals

extension KeyTable {
  /// Which rows and columns of which files are read, and how.
  static let files = section(
    .dataset,
    .separator("field_separator", \.dataset.fieldSeparator, "Separator of the columns of a row."),
    .separator("seq_separator", \.dataset.sequenceSeparator, "Separator of the elements of a sequence."),
    .text("USER_ID_FIELD", \.dataset.userField, "Name of the user column.", aliases: "user_field"),
    .text("ITEM_ID_FIELD", \.dataset.itemField, "Name of the item column.", aliases: "item_field"),
    .text(
      "TIME_FIELD", \.dataset.timeField, "Name of the time column, which is always read.",
      expected: "the name of a column: \(DataError.whyTimes)"),
    .fixed("encoding", .text("utf-8"), because: "all files are read as UTF-8") { $1.encoding("encoding") },
    .text("LIST_SUFFIX", \.dataset.listSuffix, "Suffix of history columns in benchmark files."),
    .custom(
      "load_col", \.dataset.loadedColumns, "map of file suffix to columns or '*', or null for all files",
      "Whether .user and .item files are read; the columns named do not matter.",
      read: { $0.loadedColumns($1, into: &$2) }, write: { $0.map { .map($0.mapValues(\.value)) } ?? .null }
    ).effective { value in
      guard case .map(let files) = value else { return value }
      return .map(files.filter { $0.key != "inter" }.mapValues { _ in .text("*") })
    },
    .custom(
      "rm_dup_inter", \.dataset.duplicates, "first, last or null",
      "Which of several rows with the same user and item is kept; null keeps all.", values: ["first", "last", "null"],
      read: { reader, key, value in
        reader.choice(key, ["first", "last"], orNull: true) {
          value = $0 == "first" ? .keepFirst : $0 == "last" ? .keepLast : .keepAll
        }
      }, write: \.value),
    .custom(
      "val_interval", \.dataset.valueFilters, "map of column to intervals or list of tokens, or null",
      "Keep only rows whose column value is in the intervals or in the list.",
      aliases: "lowest_val highest_val equal_val not_equal_val",
      read: { $0.valueFilters($1, into: &$2) }, write: { $0.isEmpty ? .null : .map($0.mapValues(\.value)) }),
    .boolean(
      "filter_inter_by_user_or_item", \.dataset.filtersByFeatureFiles,
      "Drop rows whose user or item is missing from a loaded .user or .item file."),
    .intervals(
      "user_inter_num_interval", \.dataset.userCountInterval, "Allowed number of rows per user.",
      aliases: "min_user_inter_num max_user_inter_num"),
    .intervals(
      "item_inter_num_interval", \.dataset.itemCountInterval, "Allowed number of rows per item.",
      aliases: "min_item_inter_num max_item_inter_num"),
    .custom(
      "normalize_all", \.dataset.normalizesAll, "boolean or null",
      "Scale times to 0…1 before rounding (only with time_precision float32).", values: ["True", "False", "null"],
      read: { $0.boolean($1, orNull: true, into: &$2) }, write: { $0 ? .boolean(true) : .null }),
    .names(
      "normalize_field", \.dataset.normalizedFields, "list of columns or null",
      "Like normalize_all, for the named columns only."),
    .names(
      "alias_of_item_id", \.dataset.itemAliases, "list of columns or null",
      "Columns that use the same ids as the items."),
    .custom(
      "seq_len", \.dataset.sequenceLimits, "map of column to integer ≥ 1, or null",
      "Maximum length of a sequence column; the first elements are kept.",
      read: { $0.lengths($1, into: &$2) }, write: { $0.isEmpty ? .null : .map($0.mapValues { .integer($0) }) }),
    .integer(
      "MAX_ITEM_LIST_LENGTH", \.maximumLength, in: 1...65536, "Maximum length of a history, in items.",
      aliases: "max_len maxlen max_length max_seq_length max_seq_len max_position_embeddings bert_max_len"),
    .names(
      "benchmark_filename", \.benchmarkFiles, "list of three names or null",
      "Files of a predefined split: train, valid, test."))

  /// How times are compared, which decides what some datasets start from.
  static let times = section(
    .dataset,
    .choice(
      "time_precision", \.dataset.timePrecision, "How times are compared; float32 gives the same order as RecBole."
    ).own())
}

extension Configuration {
  /// The maximum length of a history, which the dataset cuts and the network has positions for.
  fileprivate var maximumLength: Int {
    get { dataset.maximumLength }
    set { (dataset.maximumLength, network.maximumLength) = (newValue, newValue) }
  }

  /// The files of a predefined split; empty without one.
  fileprivate var benchmarkFiles: [String] {
    get { dataset.benchmarkFiles ?? [] }
    set { dataset.benchmarkFiles = newValue.isEmpty ? nil : newValue }
  }
}
