import Kernels

/// The windows into which causal training cuts the users' training sequences, anew in each pass over them.
///
/// The network predicts each item of a sequence after the first, from the items before it in the same window. A sequence with T such
/// targets is one window if T is at most L, the maximum length of a history. Otherwise it is cut into ⌈T / L⌉ windows of at most L
/// targets. Their bounds are shifted by a distance that is drawn for each sequence and pass, so that a target does not always have the
/// same items before it. A pass, which is one epoch unless `epoch_fraction` cuts it, has each target once.
struct CausalWindows {
  private let dataset: SequenceDataset
  private let longest: Int
  private let drawsNegatives: Bool

  /// The positions of each training sequence in the dataset's `items`; T is one less than their number.
  private var sequences: [Range<Int32>] = []

  /// The number of each sequence's first window, and the number of windows.
  private var firstWindows: [Int32] = [0]

  /// The sequence of each window.
  private var owners: [Int32] = []

  /// The number of windows, which is the same in every pass.
  var count: Int { owners.count }

  init(_ dataset: SequenceDataset, _ network: NetworkConfiguration) {
    self.dataset = dataset
    longest = network.maximumLength
    drawsNegatives = network.loss == .pairwise
    sequences = dataset.trainingSequences
    for (number, sequence) in sequences.enumerated() {
      let count = Self.windowCount(targets: sequence.count - 1, longest: longest)
      owners += [Int32](repeating: Int32(number), count: count)
      firstWindows.append(Int32(owners.count))
    }
  }

  /// An upper bound of the bytes of these lists, while they grow.
  static func byteCount(_ dataset: SequenceDataset) -> Int { 32 * dataset.train.count + 4 * dataset.userTokens.count }

  /// ⌈T / L⌉.
  static func windowCount(targets: Int, longest: Int) -> Int { (targets + longest - 1) / longest }

  /// The targets of one of a sequence's windows, counted from 0.
  ///
  /// - Parameter shift: How much earlier than at multiples of L the windows end: from 0 to ⌈T / L⌉ · L − T.
  static func targets(ofWindow window: Int, of targets: Int, longest: Int, shift: Int) -> Range<Int> {
    let isLast = window == windowCount(targets: targets, longest: longest) - 1
    return max(0, window * longest - shift)..<(isLast ? targets : (window + 1) * longest - shift)
  }

  /// A window in a pass, which is counted from 0: its items, and the next item at each of them as a target.
  func row(_ window: UInt32, pass: Int, _ randomness: Randomness) -> MaskedBatch.Sample {
    let owner = Int(owners[Int(window)])
    let sequence = sequences[owner]
    let targetCount = sequence.count - 1
    let windowCount = Self.windowCount(targets: targetCount, longest: longest)
    var stream = randomness.stream(.windows, UInt32(owner), epoch: pass)
    let shift = windowCount == 1 ? 0 : Int(stream.next(below: UInt32(windowCount * longest - targetCount + 1)))
    let targets = Self.targets(
      ofWindow: Int(window) - Int(firstWindows[owner]), of: targetCount, longest: longest, shift: shift)
    let own = dataset.items[(Int(sequence.lowerBound) + targets.lowerBound)...].prefix(targets.count + 1)
    var row = MaskedBatch.Sample(key: window)
    row.items = Array(own.dropLast())
    row.targets = own.dropFirst().enumerated().map { MaskedPosition(place: Int32($0.offset), label: $0.element) }
    if drawsNegatives {
      var stream = randomness.stream(.negatives, window, epoch: pass)
      for index in row.targets.indices {
        row.targets[index].negative = Masking.negative(notIn: own, itemCount: dataset.itemCount, using: &stream)
      }
    }
    return row
  }
}

extension SequenceDataset {
  /// The positions in `items` of what may be trained on, as long sequences: the histories and targets of the training samples, where each
  /// sample that goes on with its user's one before it is part of the same sequence.
  var trainingSequences: [Range<Int32>] {
    var sequences: [Range<Int32>] = []
    // The last sequence of each user: the samples of users may take turns.
    var lastOfUser = [Int32](repeating: -1, count: userTokens.count)
    for sample in train {
      let end = sample.start + sample.length + 1
      let last = Int(lastOfUser[Int(sample.user)])
      if last >= 0, sequences[last].upperBound + 1 == end {
        sequences[last] = sequences[last].lowerBound..<end
      } else {
        lastOfUser[Int(sample.user)] = Int32(sequences.count)
        sequences.append(sample.start..<end)
      }
    }
    return sequences
  }
}
