import Crypto
import Foundation
import Literals

/// Which values of the objective are better.
public enum Direction: String, Sendable, Codable {
  case maximize, minimize

  /// Whether `a` is better than `b`.
  public func prefers(_ a: Double, to b: Double) -> Bool { self == .maximize ? a > b : a < b }
}

/// How the points of a study are chosen.
public enum Sampling: String, Sendable, Codable, CaseIterable {
  /// Every combination, in the order of the file.
  case grid

  /// Every combination, in random (seeded) order.
  case shuffledGrid = "shuffled grid"

  /// Random (seeded) draws.
  case random

  /// The most promising points, chosen by a tree-structured Parzen estimator.
  case tpe

  /// Whether points are drawn from the search space, so that the study may also have other points.
  var draws: Bool { self == .random || self == .tpe }
}

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

  /// The command that created the study, as JSON; stored and returned, but never interpreted here.
  public var invocation: String

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

  public var seed: Int

  /// The metric to tune, such as `mrr@10` on the validation split.
  public var metric: String
  public var direction: Direction

  public init(
    name: String, model: String, dataset: String, datasetHash: String, searchSpace: String,
    fixedConfiguration: [Setting],
    invocation: String, numericVersion: Int, sampler: Sampling = .grid, trialLimit: Int? = nil, earlyStop: Int? = nil,
    pruner: Pruner = .none, repeats: Int = 0, seed: Int, metric: String, direction: Direction = .maximize
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
    self.seed = seed
    self.metric = metric
    self.direction = direction
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

  /// Whether a name in a report is the tuned metric, with or without its split.
  func isMetric(_ name: String) -> Bool { name == metric || name == "valid.\(metric)" }

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

/// SHA-256 in hexadecimal.
package func sha256(_ bytes: [UInt8]) -> String { SHA256.hash(data: bytes).hexadecimal }

/// A study in a store.
public struct Study: Sendable {
  public let id: Int64
  public let definition: StudyDefinition

  /// The time in UTC, `2026-01-31T12:00:00.000Z`.
  public let createdAt: String

  public var name: String { definition.name }
}

/// The number of a study's trials in each state; shelved trials count only as shelved.
public struct StudyCounts: Sendable, Equatable {
  public var pending = 0
  public var running = 0
  public var completed = 0
  public var pruned = 0
  public var diverged = 0
  public var failed = 0

  /// Trials whose cell is no longer in the search space; they return when it does.
  public var shelved = 0

  public init() {}

  public var total: Int { pending + running + ended }
  public var ended: Int { completed + pruned + diverged + failed }

  mutating func add(_ count: Int, to state: TrialState) {
    switch state {
    case .pending: pending += count
    case .running: running += count
    case .completed: completed += count
    case .pruned: pruned += count
    case .diverged: diverged += count
    case .failed: failed += count
    }
  }
}

/// A study's entry in a list of studies.
public struct StudySummary: Sendable {
  public let study: Study
  public let counts: StudyCounts

  /// Whether there is nothing left to do.
  public let isOver: Bool

  /// The best trial so far and its value.
  public let best: (trial: Int, value: Double)?
}

/// An attempt to continue a study with settings that make its trials incomparable.
public struct StudyMismatch: Error, Equatable, Sendable, CustomStringConvertible {
  /// A setting that has changed.
  public struct Difference: Equatable, Sendable {
    public let what: String
    public let stored: String
    public let given: String
  }

  public let study: String
  public let differences: [Difference]

  /// One line that says what to do, followed by one line per difference.
  public var description: String {
    let lines = differences.map {
      "  \($0.what.inMessage): \($0.stored.inMessage) in the study, \($0.given.inMessage) now"
    }
    return
      ([
        "study '\(study.inMessage)' was started with other settings; "
          + "use another name (--study=NAME), or undo the changes"
      ] + lines)
      .joined(separator: "\n")
  }
}
