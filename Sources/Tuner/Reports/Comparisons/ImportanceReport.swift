/// How much each parameter and pair of parameters affects a study's metric, as pages show it.
public struct ImportanceReport: Sendable, Equatable, Codable {
  /// The effect of a parameter, or the additional effect of two together.
  public struct Effect: Sendable, Equatable, Codable {
    /// One name or two.
    public let parameters: [String]

    /// The fraction of the metric's variance, with its interval.
    public let fraction, low, high: Double
  }

  /// All single parameters, and the pairs of at least 0.1 %, in descending order of their fractions; `nil` if there are not enough trials.
  public let effects: [Effect]?

  /// The fraction that neither a parameter nor a pair explains; `nil` if there are not enough trials.
  public let rest: Double?

  /// From what the effects were computed, and how; or why there are none.
  public let statement: String
}

extension ImportanceReport {
  /// The smallest fraction of a pair that reports for people show.
  package static let smallestPair = 0.001

  init(_ document: ImportanceDocument) {
    // Squares of values of any size may overflow.
    guard (document.effects + document.pairs).allSatisfy({ ($0.fraction + $0.low + $0.high).isFinite }),
      document.rest.isFinite
    else {
      self.init(statement: "the trials' values are too large to compare")
      return
    }
    let pairs = document.pairs.filter { $0.fraction >= Self.smallestPair }
    let effects = (document.effects + pairs).map {
      Effect(parameters: $0.parameters, fraction: $0.fraction, low: $0.low, high: $0.high)
    }.sorted { $0.fraction > $1.fraction }
    self.init(effects: effects, rest: document.rest, statement: document.statement)
  }

  init(statement: String) {
    self.init(effects: nil, rest: nil, statement: statement)
  }
}

extension ImportanceDocument {
  fileprivate var statement: String {
    switch method {
    case .exact: "\(trials) trials, a complete grid: exact. Intervals: \(intervals)."
    case .leastSquares:
      "\(trials) completed trials of a grid. Others are missing, so the effects are a least-squares fit. "
        + "Intervals: \(intervals)."
    case .forest:
      "\(trials) completed trials; a random forest predicts the \(metric) of the others. Intervals: \(intervals)."
        + (leftOut.map { " \($0)." } ?? "")
    }
  }
}

extension StudyStore {
  /// How much each parameter and pair of parameters affects a study's metric on the validation split.
  ///
  /// - Parameter isRepeatable: The value of `repeatable` whose ranking counts; `nil` for the study's own.
  /// - Returns: Effects, or a sentence that says why there are none.
  public func importance(of study: Study, isRepeatable: Bool? = nil) throws -> ImportanceReport {
    do {
      let finished = try finishedTrials(of: study, metric: nil, split: "valid", isRepeatable: isRepeatable)
      guard !finished.trials.isEmpty else {
        return ImportanceReport(statement: "not enough trials yet: none has completed")
      }
      return ImportanceReport(try ImportanceDocument(finished))
    } catch let error as ReportError {
      return ImportanceReport(statement: error.problem)
    }
  }
}
