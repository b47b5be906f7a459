import Kernels

/// What the scores of an ensemble need of one network: the head's output for each held-out sample, and the items' parameters.
///
/// The network itself is not kept: memory holds many candidates.
public final class EnsembleMember {
  private let weights: FloatBuffer
  private let bias: FloatBuffer
  private let outputs: [FloatBuffer]
  let hiddenSize: Int
  let classes: Int

  /// Runs a network over held-out samples.
  ///
  /// - Parameter splits: Samples of the model's dataset, for example its validation and its test samples.
  /// - Parameter threads: Outputs do not depend on it.
  /// - Returns: `nil` if stopped.
  public init?(_ model: SavedModel, _ splits: [[Sample]], threads: Int, shouldStop: () -> Bool = { false }) {
    let (network, dataset) = (model.network, model.dataset)
    (hiddenSize, classes) = (network.configuration.hiddenSize, network.itemCount)
    let items = network.headItems
    weights = FloatBuffer(count: classes * hiddenSize)
    weights.matrix(rows: classes, columns: hiddenSize).copy(from: items.weights)
    bias = FloatBuffer(count: classes)
    bias.all.copy(from: items.bias)
    outputs = splits.map { [hiddenSize] in FloatBuffer(count: $0.count * hiddenSize) }
    var networks = [network]
    let most = splits.map { BatchThreads.mostThreads(measuring: $0.count) }.max() ?? 1
    while networks.count < min(threads, most) { networks.append(BERT4Rec(sharing: network)) }
    for (samples, buffer) in zip(splits, outputs) {
      let all = buffer.matrix(rows: samples.count, columns: hiddenSize)
      let share = (samples.count + networks.count - 1) / networks.count
      let areDone = inParallel(
        networks.count,
        make: { number in
          let start = min(number * share, samples.count)
          let own = samples[start..<min(start + share, samples.count)]
          return networks[number].outputs(
            after: own.lazy.map { dataset.history(of: $0) }, into: all.rows(from: start, count: own.count),
            shouldStop: shouldStop)
        })
      guard areDone.allSatisfy(\.self) else { return nil }
    }
  }

  /// The network at some of a split's samples.
  func part(split: Int, _ samples: Range<Int>) -> EnsembleScores.Part {
    EnsembleScores.Part(
      outputs: outputs[split].matrix(at: samples.lowerBound * hiddenSize, rows: samples.count, columns: hiddenSize),
      items: ItemHead.Items(
        weights: weights.matrix(rows: classes, columns: hiddenSize), transposed: nil, bias: bias.all))
  }
}
