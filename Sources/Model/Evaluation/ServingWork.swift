/// What an answer of a network costs.
public struct ServingWork: Sendable, Equatable {
  /// The number of trainable parameters.
  public let parameters: Int

  /// Floating-point operations of the matrix products of an answer to one user: the mean over the dataset's test samples, or over its
  /// validation samples if it has no others; 0 without either.
  public let operationsPerUser: Double

  public init(_ configuration: Configuration, _ dataset: SequenceDataset) {
    let shape = BERT4RecShape(configuration.network, itemCount: dataset.itemCount)
    parameters = shape.sum(\.count)
    let samples = dataset.test.isEmpty ? dataset.valid : dataset.test
    let total = samples.reduce(0) { total, sample in
      total + shape.operations(length: Double(sample.length), targets: 1, candidates: Double(dataset.itemCount))
    }
    operationsPerUser = samples.isEmpty ? 0 : total / Double(samples.count)
  }
}
