import Foundation
public import Literals

/// Everything that a page shows of a study: what was tuned, and the result of each trial.
///
/// The page reads its JSON from a block in the page; a live page could fetch it. The same chart gives the same
/// bytes.
public struct StudyChart: Sendable, Equatable, Codable {
  /// A trial in any state, as far as the page shows it.
  public struct Trial: Sendable, Equatable, Codable {
    /// The trial's number, counted from 1.
    public let number: Int
    public let state: TrialState

    /// The value of the study's metric, or `nil` if the trial has none.
    @Finite public var value: Double?

    /// The tuned values by parameter.
    public let parameters: [String: Value]

    /// The study's metric after each evaluated epoch, by epoch.
    public let curve: [Point]

    /// The training time in seconds.
    @Finite public var seconds: Double?

    /// The results by name, such as `test.ndcg@10`.
    public let metrics: [String: Double?]

    /// The number of epochs trained, and the most that it can have.
    public var epochs, epochLimit: Int?

    /// The epoch of the best value.
    public var bestEpoch: Int?

    /// The operations of the training so far, in units of 10¹².
    public var cost: Double?

    /// The two bounds of the value's 95 % confidence interval, over validation users.
    public var interval: [Double]?

    /// Whether the trial is statistically tied with the best one.
    public var tied: Bool?

    /// The training loss after each epoch.
    public var losses: [Point]?

    /// The arrivals on the pruner's rungs, in order.
    public var rungs: [Arrival]?

    /// The starts of the trial, in order.
    public var attempts: [Attempt]?

    /// Why the trial failed.
    public var message: String?

    public var repeats: Repeats?

    /// A command that trains the trial again, and the same settings as YAML.
    public var command, configuration: String?

    public init(
      number: Int, state: TrialState, value: Double?, parameters: Hyperparameters, curve: [Point], seconds: Double?,
      metrics: [SplitMetric]
    ) {
      self.number = number
      self.state = state
      _value = Finite(wrappedValue: value)
      self.parameters = Dictionary(parameters.pairs.map { ($0.name, Value($0.value)) }) { first, _ in first }
      self.curve = curve
      _seconds = Finite(wrappedValue: seconds)
      self.metrics = Dictionary(metrics.map { ($0.fullName, $0.value.finite) }) {
        first, _ in first
      }
    }
  }

  /// A parameter's value, as text and as a position on an axis.
  public struct Value: Sendable, Equatable, Codable {
    /// The text, as in RecBole's result files: `0.001`, `gelu`, `[64, 64]`, `None`.
    public let text: String

    /// The value as a finite number, if it is one.
    @Finite public var number: Double?

    public init(_ literal: Literal) {
      text = literal.description
      _number = Finite(wrappedValue: literal.double)
    }
  }

  /// A point of a learning curve; the pair `[epoch,value]` in JSON.
  public struct Point: Sendable, Equatable {
    public let epoch: Int

    /// The value, or `nil` if it is not finite.
    public let value: Double?

    public init(epoch: Int, value: Double?) {
      self.epoch = epoch
      self.value = Finite(wrappedValue: value).wrappedValue
    }
  }

  public let study: String
  public let model: String
  public let dataset: String

  /// The tuned metric, such as `mrr@10`.
  public let metric: String
  public let direction: Direction

  /// What is to be said of the ranking that the values are from; `nil` if nothing.
  public let ranking: String?

  /// The share of the training samples that an epoch has, in words; `nil` if it has all.
  public var epochShare: String?

  /// The names of the tuned parameters, in the order of the search space.
  public let parameters: [String]
  public var trials: [Trial]

  /// The parameters' declared values, by name.
  public var axes: [String: Axis]?

  /// The most epochs that a trial can have.
  public var epochs: Int?

  /// The number of validation users from whose ranks the intervals are.
  public var users: Int?

  /// The pruner, with its settings.
  public var pruner: String?

  /// The pruner's rungs, by epoch.
  public var rungs: [Rung]?
  public var importance: ImportanceReport?

  public init(
    study: String, model: String, dataset: String, metric: String, direction: Direction, ranking: String? = nil,
    parameters: [String], trials: [Trial]
  ) {
    self.study = study
    self.model = model
    self.dataset = dataset
    self.metric = metric
    self.direction = direction
    self.ranking = ranking
    self.parameters = parameters
    self.trials = trials
  }

  /// What the chart says of the study as a whole.
  package var withoutTrials: StudyChart {
    var chart = self
    chart.trials = []
    return chart
  }

  /// The chart as JSON with sorted keys; numbers that are not finite are `null`.
  public var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    } catch {
      preconditionFailure("a chart holds only text and finite numbers, so JSON can say it: \(error)")
    }
  }
}

extension StudyChart.Point: Codable {
  public init(from decoder: any Decoder) throws {
    var pair = try decoder.unkeyedContainer()
    self.init(epoch: try pair.decode(Int.self), value: try pair.decode(Double?.self))
  }

  public func encode(to encoder: any Encoder) throws {
    var pair = encoder.unkeyedContainer()
    try pair.encode(epoch)
    try pair.encode(value)
  }
}

extension StudyChart {
  /// A number that JSON can represent: NaN and infinities become `nil`, which is written as `null`.
  @propertyWrapper public struct Finite: Sendable, Equatable, Codable {
    public let wrappedValue: Double?

    public init(wrappedValue: Double?) { self.wrappedValue = wrappedValue.flatMap { $0.isFinite ? $0 : nil } }

    public init(from decoder: any Decoder) throws {
      self.init(wrappedValue: try decoder.singleValueContainer().decode(Double?.self))
    }

    public func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      try container.encode(wrappedValue)
    }
  }
}

extension StudyChart {
  /// The chart of a study with these trials, which have these tuned parameters.
  init(_ definition: StudyDefinition, _ ranking: RankingChoice, parameters: [String], trials: [Trial]) {
    self.init(
      study: definition.name, model: definition.model, dataset: definition.dataset, metric: definition.metric,
      direction: definition.direction, ranking: ranking.statement, parameters: parameters, trials: trials)
    epochShare = definition.epochShare?.words
  }
}
