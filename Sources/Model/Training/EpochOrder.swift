import Kernels

/// Which rows an epoch trains on, in which order, and how many batches they make.
///
/// A *pass* has all rows once, in an order of its own. It is one epoch, or it is cut into `epochsPerPass` epochs: consecutive parts whose
/// sizes differ by at most one row. Batches do not cross epochs.
///
/// The order is a function of seed and pass, so with one epoch a pass it is a function of seed and epoch.
struct EpochOrder {
  private let rowCount: Int
  private let epochsPerPass: Int
  private let batchSize: Int
  private let shuffles: Bool
  private let randomness: Randomness
  /// The order of all rows in the pass drawn last; none was drawn before the first.
  private var rows: [Int32] = []
  private var pass = -1

  init(_ training: TrainingConfiguration, rowCount: Int) {
    self.rowCount = rowCount
    (epochsPerPass, batchSize, shuffles) = (training.epochsPerPass, training.batchSize, training.shuffles)
    randomness = Randomness(seed: training.seed)
  }

  /// The rows of a batch of an epoch, in order; both are counted from 0.
  mutating func rows(ofBatch batch: Int, epoch: Int) -> ArraySlice<Int32> {
    draw(pass: epoch / epochsPerPass)
    let places = places(of: epoch)
    let first = places.lowerBound + batch * batchSize
    return rows[first..<min(first + batchSize, places.upperBound)]
  }

  /// The number of batches of an epoch, counted from 0.
  func batchCount(of epoch: Int) -> Int { (places(of: epoch).count + batchSize - 1) / batchSize }

  /// The number of batches of all epochs before one, which is counted from 0.
  func batchCount(before epoch: Int) -> Int {
    func first(_ epochs: Int) -> Int { (0..<epochs).reduce(0) { $0 + batchCount(of: $1) } }
    let (passes, rest) = epoch.quotientAndRemainder(dividingBy: epochsPerPass)
    return passes * first(epochsPerPass) + first(rest)
  }

  /// The places of an epoch's rows in its pass.
  private func places(of epoch: Int) -> Range<Int> {
    let part = epoch % epochsPerPass
    return part * rowCount / epochsPerPass..<(part + 1) * rowCount / epochsPerPass
  }

  /// Draws the order of a pass, unless it was drawn last.
  private mutating func draw(pass: Int) {
    guard self.pass != pass else { return }
    rows = (0..<rowCount).map { Int32($0) }
    if shuffles {
      var stream = randomness.stream(.shuffle, 0, epoch: pass)
      for index in stride(from: rows.count - 1, to: 0, by: -1) {
        rows.swapAt(index, Int(stream.next(below: UInt32(index + 1))))
      }
    }
    self.pass = pass
  }
}
