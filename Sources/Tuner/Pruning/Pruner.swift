/// A rule that stops trials that are worse than others after the same number of epochs.
///
/// A stopped trial keeps its checkpoint and continues later if the rule finds it promising, or if the rule is
/// replaced by another one.
public struct Pruner: Sendable, Equatable {
  /// The rule.
  public enum Kind: String, Sendable, CaseIterable {
    /// Every trial runs to its end.
    case none

    /// Stops trials that are below the median of the others after the same number of epochs.
    ///
    /// Source: Golovin et al., *Google Vizier: A Service for Black-Box Optimization*, 2017, section 3.2.1, with the best value so
    /// far of every trial instead of running averages, since a trial's result is its best value.
    case median

    /// Asynchronous successive halving: trials stop at rungs, and the best of each rung continue.
    ///
    /// Source: Li et al., *A System for Massively Parallel Hyperparameter Tuning*, 2020, algorithm 2.
    case asha

    /// Successive halving in several brackets, each with a later first rung than the one before.
    ///
    /// Source: Li et al., *Hyperband: A Novel Bandit-Based Approach to Hyperparameter Optimization*, 2018, algorithm 1; brackets
    /// without waiting, as in the paper cited above, section 3.3.
    case hyperband
  }

  public let kind: Kind

  /// The epoch of the first rung, and of the first comparison under `median`; at least 1.
  public let firstRung: Int

  /// η: the best 1/η of the trials on a rung continue; at least 2.
  public let reductionFactor: Int

  /// The maximum number of epochs of any trial, which determines the number of Hyperband's brackets.
  public let longest: Int

  /// Whether trials are promoted before others are started, which suits a sampler that learns from results.
  ///
  /// Otherwise a rung is filled before any of its trials continue. All trials of a grid are known beforehand, so this avoids promotions
  /// that later trials would show to be wrong.
  public let promotesEarly: Bool

  public init(
    _ kind: Kind, firstRung: Int = 1, reductionFactor: Int = 3, longest: Int = 1, promotesEarly: Bool = false
  ) {
    // Unused settings have fixed values, so that equal rules compare as equal.
    let isHalving = kind == .asha || kind == .hyperband
    self.kind = kind
    self.firstRung = kind == .none ? 1 : firstRung
    self.reductionFactor = isHalving ? reductionFactor : 3
    self.longest = kind == .hyperband ? longest : 1
    self.promotesEarly = isHalving && promotesEarly
  }

  public static let none = Pruner(.none)

  /// Whether the best trials of a rung continue later.
  var isHalving: Bool { kind == .asha || kind == .hyperband }

  // MARK: - Rungs

  /// The number of brackets.
  var bracketCount: Int {
    guard kind == .hyperband else { return 1 }
    var count = 1
    var epoch = firstRung
    while epoch <= longest / reductionFactor {
      epoch *= reductionFactor
      count += 1
    }
    return count
  }

  /// The number of trials that Hyperband starts in each bracket: ⌈(S + 1) / (j + 1) · ηʲ⌉, where S + 1 is the number of brackets
  /// and j the number of rungs before the end.
  private var bracketShares: [Int] {
    let count = bracketCount
    var size = 1
    var shares: [Int] = []
    for rungs in 0..<count {
      shares.insert((count * size + rungs) / (rungs + 1), at: 0)
      size *= reductionFactor
    }
    return shares
  }

  /// The bracket of a trial, from 0, determined by its number and the study's seed.
  func bracket(of trial: Int, seed: Int) -> Int {
    guard bracketCount > 1 else { return 0 }
    let shares = bracketShares
    var generator = SplitMix64(UInt64(bitPattern: Int64(seed)), RandomStream.bracket.rawValue, UInt64(trial))
    var place = Int(generator.next() % UInt64(shares.reduce(0, +)))
    for (bracket, share) in shares.enumerated() {
      if place < share { return bracket }
      place -= share
    }
    return 0
  }

  /// The epoch of the last rung that a trial of a bracket has reached by `epoch`, or `nil` before the first one.
  ///
  /// With `median`, every epoch from `firstRung` on is a rung.
  func rung(at epoch: Int, bracket: Int) -> Int? {
    switch kind {
    case .none: return nil
    case .median: return epoch >= firstRung ? epoch : nil
    case .asha, .hyperband: return rungs(upTo: epoch, bracket: bracket).last
    }
  }

  /// The expected share of all trials' epochs that remains after the rule has stopped trials.
  ///
  /// - Parameter epochs: The maximum number of epochs, the same for all trials.
  func expectedShare(epochs: Int) -> Double {
    guard isHalving, epochs > 0 else { return 1 }
    let shares = bracketShares
    let total = Double(shares.reduce(0, +))
    return shares.enumerated().reduce(0) { sum, entry in
      let stops = rungs(upTo: epochs - 1, bracket: entry.offset) + [epochs]
      // Of the trials of a bracket, 1 / ηᵏ reach its k-th stop.
      var (expected, part, last) = (0.0, 1.0, 0)
      for stop in stops {
        expected += part * Double(stop - last)
        (part, last) = (part / Double(reductionFactor), stop)
      }
      return sum + Double(entry.element) / total * expected / Double(epochs)
    }
  }

  /// The rungs up to an epoch, in order.
  func rungs(upTo epoch: Int, bracket: Int) -> [Int] {
    guard kind != .none, epoch >= firstRung else { return [] }
    guard isHalving else { return Array(firstRung...epoch) }
    var rungs = [firstRung]
    while let last = rungs.last, last <= epoch / reductionFactor { rungs.append(last * reductionFactor) }
    return Array(rungs.dropFirst(bracket))
  }
}

extension Pruner: CustomStringConvertible {
  /// The rule's name in the database: `asha first_rung=1 reduction_factor=3`.
  public var description: String {
    var words = [kind.rawValue]
    if kind != .none { words.append("first_rung=\(firstRung)") }
    if isHalving {
      words.append("reduction_factor=\(reductionFactor)")
      if kind == .hyperband { words.append("longest=\(longest)") }
      if promotesEarly { words.append("promotes_early") }
    }
    return words.joined(separator: " ")
  }

  /// As many as a trial can have; with more, the shares of brackets could overflow.
  private static let mostEpochs = 1_000_000_000

  /// Reads what `description` wrote.
  init?(_ description: String) {
    let words = description.split(separator: " ")
    guard let kind = words.first.flatMap({ Kind(rawValue: String($0)) }) else { return nil }
    var numbers = ["first_rung": 1, "reduction_factor": 3, "longest": 1]
    for word in words.dropFirst() where word != "promotes_early" {
      let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2, numbers[parts[0]] != nil, let number = Int(parts[1]) else { return nil }
      numbers[parts[0]] = number
    }
    self.init(
      kind, firstRung: numbers["first_rung"] ?? 0, reductionFactor: numbers["reduction_factor"] ?? 0,
      longest: numbers["longest"] ?? 0, promotesEarly: words.contains("promotes_early"))
    guard 1...Self.mostEpochs ~= firstRung, 2...1_000_000 ~= reductionFactor, 0...Self.mostEpochs ~= longest else {
      return nil
    }
  }
}
