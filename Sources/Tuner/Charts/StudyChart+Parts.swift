import Literals

extension StudyChart {
  /// The values of a parameter as the parameter file declares them.
  public struct Axis: Sendable, Equatable, Codable {
    /// `choice`, `uniform`, `quniform` or `loguniform`.
    public let kind: String

    /// The bounds of a range, as values: those of `loguniform` are no logarithms.
    public let low, high: Double?

    /// The step of `quniform`.
    public let step: Double?

    /// The texts of a `choice`, in the order of the file.
    public let values: [String]?
  }

  /// One start of a trial; times are in seconds since the first start of the study.
  public struct Attempt: Sendable, Equatable, Codable {
    /// The host, the process and the worker.
    public let worker: String
    public let start: Double

    /// `nil` while it runs.
    public let end: Double?

    /// `completed`, `pruned`, `diverged`, `failed`, `interrupted` or `lost`; `nil` while it runs.
    public let ending: String?

    /// The epoch of the state from which it started; 0 for a start from scratch.
    public let from: Int
  }

  /// A trial's arrival on a rung of the pruner.
  public struct Arrival: Sendable, Equatable, Codable {
    public let epoch: Int

    /// The trial's rank on the rung right after it came, from 1, and the number of trials that were there.
    public let rank: Int
    public let of: Int

    /// `stop` if the trial waits there, or ended there; `continue` if it went on.
    public let decision: String

    /// Whether a trial that waits may continue later.
    public let mayGoOn: Bool
  }

  /// A rung of the pruner: how many trials came to it, and how many of them trained on.
  public struct Rung: Sendable, Equatable, Codable {
    public let epoch: Int
    public let entered: Int
    public let wentOn: Int
  }

  /// What a trial's repeats with other seeds gave.
  public struct Repeats: Sendable, Equatable, Codable {
    public let count: Int
    public let mean: Double

    /// The standard deviation; `nil` for a single repeat.
    public let deviation: Double?
  }

  /// How to train a trial again outside its study.
  public struct Recipe: Sendable, Equatable {
    /// A command for a shell.
    public let command: String

    /// The same settings as YAML.
    public let configuration: String

    public init(command: String, configuration: String) {
      self.command = command
      self.configuration = configuration
    }
  }
}

extension StudyChart.Axis {
  /// The axis of a distribution.
  init(_ distribution: Distribution) {
    var (low, high, step): (Double?, Double?, Double?)
    var values: [String]?
    var kind = distribution.keyword
    switch distribution {
    case .choice(let literals): values = literals.map(\.description)
    case .uniform(let least, let most): (low, high) = (least, most)
    case .quantizedUniform(let least, let most, let size): (low, high, step) = (least, most, size)
    case .logUniform, .logUniformBounds:
      kind = "loguniform"
      (low, high) = (distribution.value(at: 0).double, distribution.value(at: 1).double)
    }
    self.init(kind: kind, low: low.finite, high: high.finite, step: step.finite, values: values)
  }
}

extension Double? {
  /// The number if JSON can represent it.
  var finite: Double? { flatMap { $0.isFinite ? $0 : nil } }
}
