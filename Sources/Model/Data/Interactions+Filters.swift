extension Interactions {
  /// Keeps the rows for which `keeps` is true.
  mutating func keep(_ keeps: [Bool]) {
    var kept = 0
    for row in 0..<count where keeps[row] {
      users[kept] = users[row]
      items[kept] = items[row]
      times[kept] = times[row]
      if !meetsConditions.isEmpty { meetsConditions[kept] = meetsConditions[row] }
      kept += 1
    }
    let removed = count - kept
    users.removeLast(removed)
    items.removeLast(removed)
    times.removeLast(removed)
    if !meetsConditions.isEmpty { meetsConditions.removeLast(removed) }
  }

  /// Sorts the rows stably by time, then keeps one row per user and item.
  ///
  /// The rows stay sorted, which changes the order of ids and of equal times, as in RecBole.
  mutating func removeDuplicates(keepingLast: Bool) {
    let order = Self.stableOrder(of: times)
    users = order.map { users[Int($0)] }
    items = order.map { items[Int($0)] }
    times = order.map { times[Int($0)] }
    if !meetsConditions.isEmpty { meetsConditions = order.map { meetsConditions[Int($0)] } }
    let pairs = (0..<count).map { UInt64(UInt32(bitPattern: users[$0])) << 32 | UInt64(UInt32(bitPattern: items[$0])) }
    let byPair = Self.stableOrder(of: pairs)
    var keeps = [Bool](repeating: true, count: count)
    for (row, next) in zip(byPair, byPair.dropFirst()) where pairs[Int(row)] == pairs[Int(next)] {
      keeps[Int(keepingLast ? row : next)] = false
    }
    keep(keeps)
  }

  /// Keeps the rows that meet the conditions on columns.
  mutating func applyConditions() {
    keep(meetsConditions)
    meetsConditions = []
  }

  /// Keeps the rows whose user and item are in the loaded `.user` and `.item` files.
  mutating func removeUnlisted() {
    let userIsListed = Self.membership(listedUsers, count: userTable.count)
    let itemIsListed = Self.membership(listedItems, count: itemTable.count)
    keep((0..<count).map { userIsListed[Int(users[$0])] && itemIsListed[Int(items[$0])] })
  }

  /// Repeatedly removes users and items with too few or too many rows, both based on the same counts, until
  /// all are within the intervals. With lower bounds only, this is the k-core.
  mutating func removeByCount(users userInterval: Intervals?, items itemInterval: Intervals?) {
    var userCounts = Self.counts(users, upTo: userTable.count)
    var itemCounts = Self.counts(items, upTo: itemTable.count)
    while true {
      let bannedUsers = Self.banned(userCounts, userInterval, &listedUsers)
      let bannedItems = Self.banned(itemCounts, itemInterval, &listedItems)
      guard bannedUsers.contains(true) || bannedItems.contains(true) else { return }
      var keeps = [Bool](repeating: true, count: count)
      for row in 0..<count where bannedUsers[Int(users[row])] || bannedItems[Int(items[row])] {
        keeps[row] = false
        userCounts[Int(users[row])] -= 1
        itemCounts[Int(items[row])] -= 1
      }
      keep(keeps)
    }
  }

  /// The ids that have rows, but not an allowed number; also removes these and rarer ids from `listed`.
  private static func banned(_ counts: [Int32], _ interval: Intervals?, _ listed: inout [Int32]?) -> [Bool] {
    guard let interval else { return [Bool](repeating: false, count: counts.count) }
    let banned = counts.map { $0 > 0 && !interval.contains(Double($0)) }
    let least = interval.pieces.first?.lower ?? 0
    listed?.removeAll { Double(counts[Int($0)]) < least || banned[Int($0)] }
    return banned
  }

  private static func counts(_ ids: [Int32], upTo count: Int) -> [Int32] {
    var counts = [Int32](repeating: 0, count: count)
    for id in ids { counts[Int(id)] += 1 }
    return counts
  }

  private static func membership(_ listed: [Int32]?, count: Int) -> [Bool] {
    var isListed = [Bool](repeating: listed == nil, count: count)
    for id in listed ?? [] { isListed[Int(id)] = true }
    return isListed
  }

  /// The indices that sort `keys` stably in ascending order.
  static func stableOrder(of keys: [some Comparable]) -> [Int32] {
    let indices = Array(0..<Int32(keys.count))
    guard zip(keys, keys.dropFirst()).contains(where: { $0 > $1 }) else { return indices }
    return indices.sorted {
      let (first, second) = (keys[Int($0)], keys[Int($1)])
      return first == second ? $0 < $1 : first < second
    }
  }
}
