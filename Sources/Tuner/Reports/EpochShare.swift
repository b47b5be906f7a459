/// The share of the training samples that an epoch of a study has, where that is not all of them.
///
/// Then all numbers of epochs count such shares, so reports say what an epoch is.
public struct EpochShare: Sendable, Equatable {
  /// The number of epochs in which each sample comes once, at least 2.
  private let epochsPerPass: Int

  /// - Returns: `nil` if an epoch has all samples.
  package init?(epochsPerPass: Int) {
    guard epochsPerPass > 1 else { return nil }
    self.epochsPerPass = epochsPerPass
  }

  /// The value of the key `epoch_fraction`.
  public var fraction: Double { 1 / Double(epochsPerPass) }

  /// The share in words, without the key.
  package var words: String {
    let share =
      switch epochsPerPass {
      case 2: "half"
      case 3: "a third"
      case 4: "a quarter"
      case 5: "a fifth"
      case 10: "a tenth"
      default: "1/\(epochsPerPass)"
      }
    return "\(share) of the training samples"
  }

  /// What an epoch is, for a line that begins with that word.
  package var meaning: String {
    let decimals = "\(fraction)"
    return "\(words) (epoch_fraction=\(decimals.count > 6 ? "1/\(epochsPerPass)" : decimals))"
  }

  /// A sentence for reports.
  package var statement: String { "An epoch is \(meaning)." }
}

extension StudyDefinition {
  /// What share of the training samples an epoch has, by the key `epoch_fraction`; `nil` if it has all.
  package var epochShare: EpochShare? {
    guard let value = fixedConfiguration.first(where: { $0.key == "epoch_fraction" })?.value,
      let fraction = Double(value), let count = Int(exactly: (1 / fraction).rounded())
    else { return nil }
    return EpochShare(epochsPerPass: count)
  }
}
