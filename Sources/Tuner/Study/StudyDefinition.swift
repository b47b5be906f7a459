import Literals

/// The definition of a study, apart from its trials.
public struct StudyDefinition: Sendable {
  /// A setting that all trials share.
  public struct Setting: Sendable, Hashable {
    public let key: String

    /// The value as canonical text.
    public let value: String

    public init(key: String, value: String) {
      self.key = key
      self.value = value
    }
  }

  public var name: String
  public var model: String
  public var dataset: String

  /// A hash of everything read from the dataset's files.
  public var datasetHash: String

  /// The text of the search space's file.
  public var searchSpace: String

  /// Every setting that can change a trial's results and is not tuned.
  public var fixedConfiguration: [Setting]

  /// The command that created the study, as JSON; stored and returned, and interpreted here only by `keptWeights(in:)`.
  public var invocation: String { didSet { keptWeights = Self.keptWeights(in: invocation) } }

  /// Increased whenever the same configuration gives different results than before.
  public var numericVersion: Int

  /// How points are chosen.
  public var sampler: Sampling

  /// The total number of trials when points are drawn; `nil` for a grid.
  public var trialLimit: Int?

  /// The number of consecutive trials without improvement after which the study ends; `nil` for never.
  public var earlyStop: Int?

  /// The rule that stops unpromising trials early.
  public var pruner: Pruner

  /// The number of additional seeds for each trial tied with the best.
  public var repeats: Int

  /// The number of the best trials whose weights the study keeps, at least 1; if it is more, those of their repeats as well.
  ///
  /// It is a part of `invocation`, see `keptWeights(in:)`.
  public private(set) var keptWeights: Int

  public var seed: Int

  /// The metric to tune, such as `mrr@10` on the validation split.
  public var metric: String
  public var direction: Direction

  /// - Parameter direction: `nil` for the one that the metric's name says.
  public init(
    name: String, model: String, dataset: String, datasetHash: String, searchSpace: String,
    fixedConfiguration: [Setting],
    invocation: String, numericVersion: Int, sampler: Sampling = .grid, trialLimit: Int? = nil, earlyStop: Int? = nil,
    pruner: Pruner = .none, repeats: Int = 0, seed: Int, metric: String, direction: Direction? = nil
  ) {
    self.name = name
    self.model = model
    self.dataset = dataset
    self.datasetHash = datasetHash
    self.searchSpace = searchSpace
    self.fixedConfiguration = fixedConfiguration
    self.invocation = invocation
    self.numericVersion = numericVersion
    self.sampler = sampler
    self.trialLimit = trialLimit
    self.earlyStop = earlyStop
    self.pruner = pruner
    self.repeats = repeats
    keptWeights = Self.keptWeights(in: invocation)
    self.seed = seed
    self.metric = metric
    self.direction = direction ?? Direction(ofMetric: metric)
  }

  /// What makes `name` unusable as a study's name, or `nil`.
  ///
  /// Names are printed, compared and typed, so they are one line of at most 255 visible bytes and do not look like an option.
  public static func problem(withName name: String) -> String? {
    if name.isEmpty { return "is empty" }
    if name.utf8.count > 255 { return "is longer than 255 bytes" }
    if name.unicodeScalars.contains(where: \.isInvisible) { return "contains an invisible character" }
    if name.hasPrefix("-") { return "begins with a dash, as options do" }
    if name.first?.isWhitespace == true || name.last?.isWhitespace == true { return "begins or ends with a space" }
    return nil
  }

  /// The seed that a repeat of a trial has in place of the study's; repetition 0 is the trial itself.
  ///
  /// The largest seed is followed by 0.
  public static func seed(_ seed: Int, ofRepetition repetition: Int) -> Int { (seed &+ repetition) & .max }

  /// The tuned metric with its split, as learning curves name it.
  var validationMetric: String { MetricName.valid(metric).description }

  /// Whether a name in a report is the tuned metric, with or without its split.
  func isMetric(_ name: String) -> Bool { name == metric || name == validationMetric }

  /// SHA-256 of the fixed settings, independent of their order.
  public var fixedConfigurationHash: String {
    let members = fixedConfiguration.sorted { $0.key < $1.key }
    return sha256(Array(members.map { "\(JSON.string($0.key))=\(JSON.string($0.value))\n" }.joined().utf8))
  }

  /// A hash that identifies a trial: its hyperparameters and everything else that its results depend on.
  ///
  /// - Parameter repetition: The number of the repeat with another seed; 0 for the study's own seed.
  func fingerprint(of hyperparameters: Hyperparameters, repetition: Int = 0) -> String {
    let text = """
      \(hyperparameters.canonical)
      dataset \(datasetHash)
      fixed \(fixedConfigurationHash)
      seed \(seed)
      numeric version \(numericVersion)
      """
    return sha256(Array((repetition > 0 ? text + "\nrepeat \(repetition)" : text).utf8))
  }
}
