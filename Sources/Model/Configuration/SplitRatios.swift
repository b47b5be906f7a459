/// The shares of a split for training, validation and test; the values of RS and TS in `eval_args`.
///
/// Counts follow from the shares' last bits, so the arithmetic is that of RecBole: ratios are added from the first to the last and divided
/// by their sum, in 64-bit numbers.
///
/// Source: RecBole 1.2.1, `Dataset.split_by_ratio` and `Dataset.time_based_split`.
public struct SplitRatios: Sendable, Hashable {
  /// The ratios as they are stored: training, validation, test.
  ///
  /// They are those that were given. If their sum is not 1, they are divided by it, unless the shares would then differ in their last
  /// bits; so `[8,1,1]` and `[0.8,0.1,0.1]` are one setting.
  let ratios: [Double]

  /// Why some ratios are none, as what would be right; `nil` if they can be used.
  static func obstacle(to ratios: [Double]) -> String? {
    let sum = ratios.reduce(0, +)
    if ratios.count != 3 || !sum.isFinite {
      return "three numbers, the shares for training, validation and test, such as [0.8,0.1,0.1]"
    }
    if ratios.contains(where: { $0 < 0 }) { return "no share below 0" }
    if ratios[0] == 0 { return "a first share above 0, since it is trained on" }
    if ratios[1] == 0, ratios[2] == 0 { return "a second or a third share above 0, since nothing would be held out" }
    if shares(ratios)[2] == 1 { return "a first share that counts beside the third" }
    return nil
  }

  /// - Parameter ratios: Without an `obstacle`.
  init(_ ratios: [Double]) {
    precondition(Self.obstacle(to: ratios) == nil, "\(ratios) are no ratios of a split")
    let shares = Self.shares(ratios)
    let isNormalized = abs(ratios.reduce(0, +) - 1) < 1e-9
    self.ratios = !isNormalized && Self.shares(shares) == shares ? shares : ratios.map { $0 + 0 }  // −0 becomes 0
  }

  private static func shares(_ ratios: [Double]) -> [Double] {
    let sum = ratios.reduce(0, +)
    return ratios.map { $0 / sum }
  }

  /// The shares, whose sum is 1 but for rounding.
  var shares: [Double] { Self.shares(ratios) }

  /// How many of `sampleCount` samples in order of time are used for training, validation and test (RS).
  ///
  /// The second and the third part are rounded down, and the first one gets what is left. Then, while more than one sample is left to train
  /// on, the test and then the validation get one if their share is less than one sample.
  func counts(of sampleCount: Int) -> (train: Int, valid: Int, test: Int) {
    let expected = shares.map { $0 * Double(sampleCount) }
    var counts = expected.map { Int($0) }
    counts[0] = sampleCount - counts[1] - counts[2]
    for part in [2, 1] where counts[0] > 1 && expected[part] > 0 && expected[part] < 1 {
      counts[part] += 1
      counts[0] -= 1
    }
    return (counts[0], counts[1], counts[2])
  }

  /// How many of a user's samples are used for training, validation and test (TS).
  ///
  /// - Parameter earlier: The number of samples up to the boundary.
  /// - Parameter later: The number of samples after the boundary, all for the test.
  func counts(earlier: Int, later: Int) -> (train: Int, valid: Int, test: Int) {
    let shares = shares
    let train = min(earlier, Int(Double(earlier) * (shares[0] / (1 - shares[2]))))
    return (train, earlier - train, later)
  }

  /// The time after which samples are for the test (TS): a percentile of the times of all targets.
  ///
  /// Between two times it is interpolated linearly, in the arithmetic of NumPy 1.26, with which RecBole 1.2.1 runs: differences and the
  /// result have the precision of the times.
  ///
  /// - Parameter times: At least one, in increasing order, as compared.
  func boundary(of times: [Double], _ comparedTime: ComparedTime) -> Double {
    precondition(!times.isEmpty, "no time has no percentile")
    let place = Double(times.count - 1) * (100 * (1 - shares[2]) / 100)
    let index = Int(place)
    guard index < times.count - 1 else { return times[times.count - 1] }
    let (lower, upper) = (times[index], times[index + 1])
    let fraction = place - Double(index)
    let difference = comparedTime.rounded(upper - lower)
    return comparedTime.rounded(
      fraction < 0.5 ? lower + difference * fraction : upper - difference * (1 - fraction))
  }
}
