/// Which files belong to the dataset, and how rows become samples.
///
/// Source: RecBole 1.2.1, whose key names and defaults these are.
public struct DatasetConfiguration: Sendable, Hashable {
  /// Key `dataset`; the files are `<path>/<name>/<name>.inter` and so on.
  public var name = "grocery"

  /// The folders to search for `name`, in order; key `data_path` replaces them by one folder.
  public var dataPaths = ["datasets", "dataset"]

  /// The separator of the columns of a row.
  public var fieldSeparator = "\t"

  /// The separator of the elements of a `token_seq`; key `seq_separator`.
  public var sequenceSeparator = " "

  /// Key `USER_ID_FIELD`.
  public var userField = "user_id"

  /// Key `ITEM_ID_FIELD`.
  public var itemField = "item_id"

  /// Key `TIME_FIELD`; read whether or not `load_col` names it.
  public var timeField = "timestamp"

  /// The suffix that turns the item column's name into that of the history column; key `LIST_SUFFIX`.
  public var listSuffix = "_list"

  /// The columns to load, by file suffix; `nil` for all columns of all files; key `load_col`.
  ///
  /// Columns are read as needed, so all that matters is whether `user` and `item` are named.
  public var loadedColumns: [String: ColumnSelection]? = ["inter": .some(["user_id", "item_id"])]

  /// Which of several rows with the same user and item are kept; key `rm_dup_inter`.
  public var duplicates = DuplicateRule.keepAll

  /// Conditions on columns that a row must meet; key `val_interval`.
  public var valueFilters: [String: ValueFilter] = [:]

  /// Drops rows whose user or item lacks a row in a loaded `.user` or `.item` file; key
  /// `filter_inter_by_user_or_item`.
  public var filtersByFeatureFiles = true

  /// The allowed number of rows per user; `nil` for any; key `user_inter_num_interval`.
  public var userCountInterval = Intervals(parsing: "[0,inf)")

  /// The allowed number of rows per item; `nil` for any; key `item_inter_num_interval`.
  public var itemCountInterval = Intervals(parsing: "[0,inf)")

  /// Whether every number column is scaled to 0…1; key `normalize_all`. This matters only for `float32` times.
  public var normalizesAll = false

  /// The number columns to scale to 0…1; key `normalize_field`.
  public var normalizedFields: [String] = []

  /// Columns that share the items' ids; key `alias_of_item_id`.
  public var itemAliases: [String] = []

  /// The maximum length of each sequence column, of which the first elements are kept; key `seq_len`.
  public var sequenceLimits: [String: Int] = [:]

  /// The maximum length of a history, in items; key `MAX_ITEM_LIST_LENGTH`.
  public var maximumLength = 50

  /// The names of the three files of a predefined split (train, valid, test), or `nil`; key `benchmark_filename`.
  public var benchmarkFiles: [String]?

  /// How times are compared; key `time_precision`.
  public var timePrecision = TimePrecision.exact

  /// Which samples are held out; key `eval_args`, sub-keys `split` and `group_by`.
  public var split = Split.validAndTest

  public init() {}

  /// Columns of one file.
  public enum ColumnSelection: Sendable, Hashable {
    case all
    case some([String])
  }

  /// Which of several rows with the same user and item are kept.
  public enum DuplicateRule: Sendable, Hashable {
    case keepAll, keepFirst, keepLast
  }

  /// A condition on one column.
  public enum ValueFilter: Sendable, Hashable {
    /// For number columns: the value is in one of the intervals.
    case intervals(Intervals)
    /// For token columns: the value is one of these, which are sorted.
    case tokens([String])
  }

  /// How times are compared.
  public enum TimePrecision: String, Sendable, Hashable, CaseIterable {
    /// As 64-bit numbers.
    case exact
    /// As in RecBole, rounded to 32 bits: to about a minute, for Unix times in seconds.
    case float32
  }

  /// Which samples are held out.
  public enum Split: Sendable, Hashable {
    /// A user's last sample, or the last two (LS).
    case validAndTest, validOnly, testOnly

    /// Shares of each user's samples, in order of time (RS with `group_by` user).
    case ratioByUser(SplitRatios)

    /// Shares of all samples in order of time, of whatever user they are (RS without `group_by`).
    case ratio(SplitRatios)

    /// The samples after a time that is the same for all users, and a share of each user's earlier ones (TS).
    case time(SplitRatios)
  }
}
