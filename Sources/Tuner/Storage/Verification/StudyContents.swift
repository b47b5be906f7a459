import Literals

/// A study's trials as stored in the database, for checks of all of them.
struct StudyContents {
  /// A row of `trial` with its parameters.
  struct Trial {
    let id: Int64
    let number: Int
    let fingerprint: String
    let configuration: String
    let isActive: Bool
    let state: TrialState
    let owner: String?
    let attempt: Int
    let seconds: Double
    let bestEpoch: Int?
    let bestValue: Double?
    let epochLimit: Int?
    let repeatOf: Int64?
    let repetition: Int
    let finishedAt: String?
    var hyperparameters = Hyperparameters([])

    var place: String { "trial \(number)" }
  }

  let study: Study

  /// The hash of the study's fixed settings from when it was created.
  let fixedConfigurationHash: String

  /// The trials, ordered by number.
  private(set) var trials: [Trial]

  /// The stored values of the parameters; `trials` has their literals.
  private(set) var values: [Int64: [SQLValue]] = [:]

  /// The positions of parameters.
  private(set) var positions: [Int64: [Int]] = [:]

  var definition: StudyDefinition { study.definition }

  /// Trials with the study's own seed.
  var originals: [Trial] { trials.filter { $0.repetition == 0 } }

  init(_ study: Study, _ db: Connection) throws {
    self.study = study
    fixedConfigurationHash =
      try db.value(String.self, "SELECT fixed_configuration_hash FROM study WHERE id = ?", [study.id])
      ?? ""
    let pairs = try StudyStore.allHyperparameters(of: study.id, db)
    trials = try db.rows("SELECT * FROM trial WHERE study_id = ? ORDER BY ordinal", [study.id]).map { row in
      try Trial(
        id: row["id"], number: row["ordinal"], fingerprint: row["fingerprint"], configuration: row["configuration"],
        isActive: row["active"], state: TrialState(rawValue: row["state"]) ?? .failed, owner: row["owner"],
        attempt: row["attempt"], seconds: row["training_seconds"], bestEpoch: row["best_epoch"],
        bestValue: row["best_value"], epochLimit: row["epoch_limit"], repeatOf: row["repeat_of"],
        repetition: row["repeat"], finishedAt: row["finished_at"],
        hyperparameters: Hyperparameters(pairs[row["id"]] ?? []))
    }
    try db.each(
      """
      SELECT trial_id, value, trial_parameter.position AS position FROM trial_parameter
      JOIN trial ON trial.id = trial_id WHERE study_id = ? ORDER BY trial_id, trial_parameter.position
      """, [study.id]
    ) { row in
      let trial: Int64 = try row["trial_id"]
      values[trial, default: []].append(try row["value"])
      positions[trial, default: []].append(try row["position"])
    }
  }

  /// Rows of a table by trial.
  func rows(_ db: Connection, _ sql: String) throws -> [Int64: [SQLRow]] {
    try Dictionary(grouping: db.rows(sql, [study.id])) { try $0["trial_id"] }
  }

  /// A list of trial numbers that fits on one line.
  static func list(_ numbers: [Int]) -> String {
    let shown = numbers.prefix(12).map(String.init).joined(separator: ", ")
    return numbers.count > 12 ? "\(shown) and \(numbers.count - 12) more" : shown
  }
}

extension Int {
  /// The number with its unit: `1 trial` or `2 trials`.
  package func counting(_ unit: String) -> String { "\(self) \(unit)\(self == 1 ? "" : "s")" }
}
