/// The ranks of a split's held-out items, by user: one for each sample.
///
/// They are counted from 1; 65,535 stands for that or more.
public struct UserRanks: Sendable, Equatable {
  /// The ranks of one user after those of another.
  public let ranks: [UInt16]

  /// The number of each user's ranks; `nil` if every user has one.
  let counts: [Int]?

  private init(ranks: [UInt16], counts: [Int]?) {
    (self.ranks, self.counts) = (ranks, counts)
  }

  /// One rank for each user.
  public init(_ ranks: [UInt16]) { self.init(ranks: ranks, counts: nil) }

  /// Ranks of samples, some of which may be of the same user.
  ///
  /// Users are in the order of their first samples, and each user's ranks in the order of the samples.
  ///
  /// - Parameter users: The user of each sample, by a number from 0; memory grows with the largest one.
  public init(_ ranks: [UInt16], users: [Int32]) {
    precondition(ranks.count == users.count, "\(ranks.count) ranks of samples of \(users.count) users")
    // Each user's place among all, in the order of first samples.
    var places = [Int32](repeating: -1, count: Int(users.max() ?? -1) + 1)
    var counts: [Int32] = []
    for user in users {
      if places[Int(user)] < 0 {
        places[Int(user)] = Int32(counts.count)
        counts.append(0)
      }
      counts[Int(places[Int(user)])] += 1
    }
    guard counts.count < ranks.count else {
      self.init(ranks)
      return
    }
    var next = [0]
    for count in counts.dropLast() { next.append(next[next.count - 1] + Int(count)) }
    var own = [UInt16](repeating: 0, count: ranks.count)
    for (rank, user) in zip(ranks, users) {
      let place = Int(places[Int(user)])
      own[next[place]] = rank
      next[place] += 1
    }
    self.init(ranks: own, counts: counts.map { Int($0) })
  }

  /// Whether there are no samples.
  package var isEmpty: Bool { ranks.isEmpty }

  package var userCount: Int { counts?.count ?? ranks.count }

  /// The number of samples, if it is not that of users.
  package var sampleCount: Int? { counts == nil ? nil : ranks.count }

  /// Whether the same users have as many ranks in another trial.
  package func haveSameUsers(as other: Self) -> Bool { ranks.count == other.ranks.count && counts == other.counts }
}

extension UserRanks: ExpressibleByArrayLiteral {
  /// One rank for each user.
  public init(arrayLiteral ranks: UInt16...) { self.init(ranks) }
}

// MARK: - By user

extension UserRanks {
  /// For each user, the sum of what the samples gain, in relation to the mean number of samples of a user.
  ///
  /// So the mean over the users is the mean over the samples, and what a user with many samples counts for the first is what these count
  /// for the second.
  ///
  /// - Parameter gains: One for each sample.
  package func byUser(_ gains: [Double]) -> [Double] {
    guard let counts else { return gains }
    var start = 0
    return counts.map { count in
      defer { start += count }
      // In the order of their sizes, so that the same gains give the same sum.
      return gains[start..<start + count].sorted().reduce(0, +) / meanCount
    }
  }

  /// Each user's number of samples, in relation to the mean; `nil` if every user has one.
  package var weights: [Double]? { counts?.map { Double($0) / meanCount } }

  private var meanCount: Double { ranks.isEmpty ? 1 : Double(ranks.count) / Double(userCount) }
}

// MARK: - As stored

extension UserRanks {
  /// Two bytes for each rank, the low one first on every machine, so that the file is portable.
  ///
  /// If a user has several ranks, a 0 comes first, and then a 0 before each user's ranks.
  var bytes: [UInt8] {
    func bytes(_ ranks: some Sequence<UInt16>) -> [UInt8] {
      ranks.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
    }
    guard let counts else { return bytes(ranks) }
    var start = 0
    return bytes([0])
      + counts.flatMap { count in
        defer { start += count }
        return bytes([0] + ranks[start..<start + count])
      }
  }

  init(bytes: [UInt8]) {
    let numbers = (0..<bytes.count / 2).map { UInt16(bytes[2 * $0]) | UInt16(bytes[2 * $0 + 1]) << 8 }
    guard numbers.starts(with: [0, 0]) else {
      self.init(numbers)
      return
    }
    var counts: [Int] = []
    for number in numbers.dropFirst() {
      if number == 0 { counts.append(0) } else { counts[counts.count - 1] += 1 }
    }
    self.init(ranks: numbers.filter { $0 != 0 }, counts: counts)
  }

  /// Whether there is a number that is no rank, or a user without ranks, as no trial has.
  var areDamaged: Bool { ranks.contains(0) || counts?.contains(0) == true }
}
