/// Weights read from a file, to be measured without training.
public struct SavedModel {
  private let network: BERT4Rec
  private let evaluation: EvaluationConfiguration
  private let dataset: SequenceDataset

  /// - Parameter weights: Every parameter under the reference's name.
  /// - Parameter file: The weights' file, for errors.
  /// - Throws: When a parameter is missing or has a shape that configuration and dataset don't give.
  public init(
    _ weights: Safetensors, file: String, configuration: Configuration, dataset: SequenceDataset
  ) throws(SafetensorsError) {
    // What the file says about its network is believed once it has the weights for it: only then is memory taken.
    for entry in ParameterLayout(configuration.network, itemCount: dataset.itemCount).entries {
      _ = try weights.tensor(of: entry, file: file)
    }
    network = BERT4Rec(configuration.network, itemCount: dataset.itemCount)
    evaluation = configuration.evaluation
    self.dataset = dataset
    try network.parameters.read(weights, file: file)
    network.parametersDidChange()
  }

  /// The metrics of samples, such as the dataset's `test`; `nil` without samples, and where scores are not numbers.
  public func metrics(of samples: [Sample]) -> Metrics? {
    let ranks = Evaluator(dataset: dataset).ranks(of: samples, network) ?? []
    return ranks.contains(.max) ? nil : Metrics(ranks: ranks, evaluation)
  }
}
