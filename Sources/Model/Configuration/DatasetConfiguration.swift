/// Which files make the dataset and how rows become samples.
///
/// Source: RecBole 1.2.1, whose key names and defaults these are.
public struct DatasetConfiguration: Sendable, Hashable {
  /// Key `dataset`; files are `<path>/<name>/<name>.inter` and the like.
  public var name = "grocery"

  /// Folders to look for `name` in, first to last; key `data_path` replaces them by one.
  public var dataPaths = ["datasets", "dataset"]

  /// Between the columns of a row.
  public var fieldSeparator = "\t"

  /// Between the pieces of a `token_seq`; key `seq_separator`.
  public var sequenceSeparator = " "

  /// Key `USER_ID_FIELD`.
  public var userField = "user_id"

  /// Key `ITEM_ID_FIELD`.
  public var itemField = "item_id"

  /// Key `TIME_FIELD`; read whether or not `load_col` names it.
  public var timeField = "timestamp"

  /// What a history's column has behind the item column's name; key `LIST_SUFFIX`.
  public var listSuffix = "_list"

  /// Columns to load by file suffix, `nil` for all of all files; key `load_col`.
  ///
  /// Columns are read as they are needed, so what counts is whether `user` and `item` are named.
  public var loadedColumns: [String: ColumnSelection]? = ["inter": .some(["user_id", "item_id"])]

  /// What becomes of later rows with the same user and item; key `rm_dup_inter`.
  public var duplicates = DuplicateRule.keepAll

  /// Conditions on columns that a row must meet; key `val_interval`.
  public var valueFilters: [String: ValueFilter] = [:]

  /// Drops rows whose user or item lacks a row in a loaded `.user` or `.item` file; key
  /// `filter_inter_by_user_or_item`.
  public var filtersByFeatureFiles = true

  /// Allowed numbers of rows a user, `nil` for any; key `user_inter_num_interval`.
  public var userCountInterval = Intervals(parsing: "[0,inf)")

  /// Allowed numbers of rows an item, `nil` for any; key `item_inter_num_interval`.
  public var itemCountInterval = Intervals(parsing: "[0,inf)")

  /// Scales every number column to 0…1; key `normalize_all`. It matters to `float32` times only.
  public var normalizesAll = false

  /// Number columns to scale to 0…1; key `normalize_field`.
  public var normalizedFields: [String] = []

  /// Columns that share the items' ids; key `alias_of_item_id`.
  public var itemAliases: [String] = []

  /// Longest kept start of a sequence column; key `seq_len`.
  public var sequenceLimits: [String: Int] = [:]

  /// Longest history, in items; key `MAX_ITEM_LIST_LENGTH`.
  public var maximumLength = 50

  /// Names of three files split beforehand (train, valid, test), or `nil`; key `benchmark_filename`.
  public var benchmarkFiles: [String]?

  /// How times are compared; key `time_precision`.
  public var timePrecision = TimePrecision.exact

  /// Which samples of a user are held out; key `eval_args`, sub-key `split`.
  public var split = Split.validAndTest

  public init() {}

  /// Columns of one file.
  public enum ColumnSelection: Sendable, Hashable {
    case all
    case some([String])
  }

  /// What to keep of rows with the same user and item.
  public enum DuplicateRule: Sendable, Hashable {
    case keepAll, keepFirst, keepLast
  }

  /// A condition on one column.
  public enum ValueFilter: Sendable, Hashable {
    /// Number columns: in one of the intervals.
    case intervals(Intervals)
    /// Token columns: one of these, sorted.
    case tokens([String])
  }

  /// How times are compared.
  public enum TimePrecision: String, Sendable, Hashable, CaseIterable {
    /// As 64-bit numbers.
    case exact
    /// As the reference does, rounded to 32 bits: about a minute, for Unix times in seconds.
    case float32
  }

  /// Which samples of a user are held out: the last, or the last two.
  public enum Split: String, Sendable, Hashable, CaseIterable {
    case validAndTest = "valid_and_test"
    case validOnly = "valid_only"
    case testOnly = "test_only"
  }
}
