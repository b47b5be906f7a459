/// A table with rows of studies, and what a copy of a study has in each of its columns.
///
/// A test compares the list with the tables of both databases, so a column that is added to the schema cannot be forgotten here.
struct CopiedTable: Sendable {
  let name: String
  let columns: [Column]

  struct Column: Sendable, Equatable {
    let name: String
    let content: Content
  }

  /// What a column has.
  enum Content: Sendable {
    /// What the study itself says: the same in the copy.
    case value

    /// A value of any kind, which each database stores in its own way.
    case anyKind

    /// The number of the row, which the target gives anew: in the same order, for checkpoints within a trial.
    case number

    /// The number of the study.
    case study

    /// The number of a trial.
    case trial

    /// The name of a checkpoint, which begins with the number of its trial.
    case checkpoint
  }

  /// The columns without the row's own number, which the target gives.
  var columnsWithValues: [String] { columns.filter { $0.content != .number }.map(\.name) }

  /// - Parameter values: The names of all other columns, which have values.
  private init(_ name: String, _ contents: KeyValuePairs<String, Content>, _ values: String) {
    self.name = name
    columns =
      contents.map { Column(name: $0.key, content: $0.value) }
      + values.split(whereSeparator: \.isWhitespace).map { Column(name: String($0), content: .value) }
  }

  // MARK: - The tables

  static let study = CopiedTable(
    "study", ["id": .number],
    """
    name model dataset dataset_hash search_space fixed_configuration fixed_configuration_hash invocation numeric_version
    sampler scheduler seed metric direction created_at trial_limit early_stop repeats
    """)

  static let revision = CopiedTable("study_revision", ["study_id": .study], "revision")

  static let trial = CopiedTable(
    "trial", ["id": .number, "study_id": .study, "repeat_of": .trial],
    """
    ordinal fingerprint configuration active state failure_kind failure_message owner heartbeat_at attempt started_at
    finished_at training_seconds best_epoch best_value turn repeat epoch_cost epoch_limit completed_after
    """)

  static let checkpoint = CopiedTable(
    "checkpoint", ["id": .number, "trial_id": .trial, "file": .checkpoint], "attempt epoch bytes sha256")

  static let weights = CopiedTable("weights", ["trial_id": .trial], "file bytes sha256")

  /// The tables with rows of single trials, each after those that its rows refer to.
  static let ofTrials = [
    CopiedTable("trial_parameter", ["trial_id": .trial, "value": .anyKind], "position name literal"),
    CopiedTable(
      "attempt", ["trial_id": .trial, "from_checkpoint": .checkpoint],
      "attempt owner started_at ended_at ending seconds from_epoch note cpu instruction_set job"),
    CopiedTable("observation", ["trial_id": .trial], "attempt epoch metric value"),
    CopiedTable("result", ["trial_id": .trial], "split metric position value"),
    CopiedTable("user_rank", ["trial_id": .trial], "split ranks other_ranks"),
    checkpoint, weights,
  ]

  /// The record of pruning, whose order is that of its numbers.
  static let decision = CopiedTable(
    "decision", ["id": .number, "trial_id": .trial, "study_id": .study],
    "scheduler bracket epoch value action decided_at")

  static let all = [study, revision, trial] + ofTrials + [decision]

  /// Tables of PostgreSQL that have no rows of studies: the states themselves, and what belongs to a database or to a process.
  static let others: Set<String> = ["saved_state", "saved_state_part", "version", "writer"]
}
