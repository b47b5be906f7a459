extension TrainingMemory {
  /// The memory for recommending items with weights from a file, including the file.
  ///
  /// - Parameter top: The maximum number of items for each user.
  public init(recommending configuration: Configuration, _ dataset: SequenceDataset, top: Int) {
    let measuring = TrainingMemory(measuring: configuration, dataset)
    let shape = BERT4RecShape(configuration.network, itemCount: dataset.itemCount)
    let workspace = Double(Workspace.floatCount(shape))
    let hidden = Double(configuration.network.hiddenSize)
    let users = Double(Recommender.portionSize)
    let items = Double(min(top, dataset.itemCount))
    // Inputs and outputs of a portion, its best items, and their text.
    let portion = users * (4 * hidden + 16 * Double(dataset.maximumLength) + items * (16 + 24 + 96) + 512)
    // Bounds of histories and ids of users; tokens by their bytes; the items' text, popularity and biases.
    let tokens = 64 * Double(dataset.userTokens.count) + 512 * Double(dataset.itemCount)
    bytes = measuring.bytes + tokens + portion
    // Each network has gradients, which are not used here.
    bytesPerThread = 4 * (Self.parameterFloats(shape) + workspace) + portion + 4 * 1024 * 1024
    mostThreads = .max
  }
}
