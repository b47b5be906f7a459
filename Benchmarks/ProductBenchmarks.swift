import Kernels

/// Matrix products at the shapes that a training step on ML-100K has.
///
/// A block has 16 histories of 39 items, the mean length; hidden size 64, inner size 256, two heads of 32, 1,683 classes.
struct ProductBenchmarks {
  let rounds: Int
  let peak: Peak
  let report: Report
  private let store = Store()

  init(rounds: Int, peak: Peak, report: Report) {
    self.rounds = rounds
    self.peak = peak
    self.report = report
  }

  /// `[m, k] × [k, n]`, the left operand perhaps transposed.
  private struct Product {
    let name: String
    let m: Int
    let k: Int
    let n: Int
    var orientation = Orientation.asIs
    var adding = false
    /// Columns of the matrices that the three are parts of.
    var rooms: (a: Int?, b: Int?, c: Int?) = (nil, nil, nil)
  }

  private static let products = [
    Product(name: "query, key, value", m: 624, k: 64, n: 192),
    Product(name: "attention output", m: 624, k: 64, n: 64),
    Product(name: "feed-forward inner", m: 624, k: 64, n: 256),
    Product(name: "feed-forward outer", m: 624, k: 256, n: 64),
    Product(name: "inner, at 64 targets", m: 64, k: 64, n: 256),
    Product(name: "inner, at 16 targets", m: 16, k: 64, n: 256),
    Product(name: "gradient through query, key, value", m: 624, k: 192, n: 64, adding: true),
    Product(name: "weight gradient, query, key, value", m: 192, k: 624, n: 64, orientation: .transposed, adding: true),
    Product(name: "weight gradient, attention output", m: 64, k: 624, n: 64, orientation: .transposed, adding: true),
    Product(name: "weight gradient, inner", m: 256, k: 624, n: 64, orientation: .transposed, adding: true),
    Product(name: "weight gradient, outer", m: 64, k: 624, n: 256, orientation: .transposed, adding: true),
    Product(name: "scores of a head", m: 39, k: 32, n: 39, rooms: (192, 48, 48)),
    Product(name: "context of a head", m: 39, k: 39, n: 32, rooms: (48, 192, 64)),
    Product(name: "value gradient of a head", m: 39, k: 39, n: 32, orientation: .transposed, rooms: (48, 64, 192)),
    Product(name: "logits of 32 targets", m: 32, k: 64, n: 1683, rooms: (nil, 1696, nil)),
    Product(name: "head gradient of 32 targets", m: 32, k: 1683, n: 64),
    Product(name: "item gradient of 32 targets", m: 1683, k: 32, n: 64, orientation: .transposed, adding: true),
  ]

  func run() throws {
    for product in Self.products { try measure(product) }
    try measureTransposition()
  }

  private func measure(_ product: Product) throws {
    let (m, k, n) = (product.m, product.k, product.n)
    let isTransposed = product.orientation == .transposed
    let a = store.matrix(isTransposed ? k : m, isTransposed ? m : k, room: product.rooms.a)
    let b = store.matrix(k, n, room: product.rooms.b)
    let c = store.matrix(m, n, room: product.rooms.c)
    let name = "\(product.name) \(m)×\(k)×\(n)\(isTransposed ? "ᵀ" : "")"
    matmul(a, product.orientation, b, into: c)
    let left = PlainMatrix(a)
    try check(name, c, equals: (isTransposed ? left.transposed : left).times(PlainMatrix(b)))
    let timing = Timing(rounds: rounds) { matmul(a, product.orientation, b, into: c, adding: product.adding) }
    let operations = 2 * Double(m) * Double(k) * Double(n)
    report.add(
      Measurement(
        group: "kernels", name: name, timing: timing, rates: peak.rates(operations: operations, timing: timing)))
  }

  /// Once a step: the item embedding, the largest weight.
  private func measureTransposition() throws {
    let items = store.matrix(1683, 64)
    let transposed = store.matrix(64, 1683, room: 1696)
    transpose(items, into: transposed)
    try check("transposition", transposed, equals: PlainMatrix(items).transposed, within: 0)
    let timing = Timing(rounds: rounds) { transpose(items, into: transposed) }
    report.add(
      Measurement(
        group: "kernels", name: "transposition 1683×64", timing: timing,
        rates: Rate.perElement(timing, 1683 * 64, "an element")))
  }
}
