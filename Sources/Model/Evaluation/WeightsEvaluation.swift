/// A network with weights from a file, to be measured.
public struct WeightsEvaluation {
  private let network: BERT4Rec
  private let dataset: SequenceDataset
  private let evaluation: EvaluationConfiguration

  /// Takes every parameter from `weights`, under the reference's names.
  ///
  /// - Parameter file: The file's name, for errors.
  /// - Throws: When a tensor is missing or has another shape than `network` and `dataset` demand.
  public init(
    _ weights: Safetensors, file: String, network: NetworkConfiguration, evaluation: EvaluationConfiguration,
    dataset: SequenceDataset
  ) throws(SafetensorsError) {
    self.network = BERT4Rec(network, itemCount: dataset.itemCount)
    self.dataset = dataset
    self.evaluation = evaluation
    try self.network.parameters.read(weights, file: file)
  }

  /// The metrics over `samples` of the dataset.
  public func metrics(of samples: [Sample]) -> Metrics {
    Metrics(ranks: Evaluator(dataset: dataset).ranks(of: samples, network) ?? [], evaluation)
  }
}
