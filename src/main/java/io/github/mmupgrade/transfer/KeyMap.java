package io.github.mmupgrade.transfer;

/** Checksums of rows by those of their keys, in 12 bytes and a little more for each. */
final class KeyMap {

    private static final long FREE = 0;

    private long[] keys;
    private int[] values;
    private int mask;
    private int size;

    KeyMap(int expected) {
        allocate(Integer.highestOneBit(Math.max(16, expected + expected / 2)) << 1);
    }

    private void allocate(int capacity) {
        keys = new long[capacity];
        values = new int[capacity];
        mask = capacity - 1;
        size = 0;
    }

    void put(long key, int value) {
        if (size > keys.length / 4 * 3) {
            long[] oldKeys = keys;
            int[] oldValues = values;
            allocate(keys.length * 2);
            for (int i = 0; i < oldKeys.length; i++) {
                if (oldKeys[i] != FREE) {
                    put(oldKeys[i], oldValues[i]);
                }
            }
        }
        int at = slot(key);
        if (keys[at] == FREE) {
            keys[at] = used(key);
            size++;
        }
        values[at] = value;
    }

    /** Takes a key out; says whether it was there with this value. */
    boolean takeOut(long key, int value) {
        int at = slot(key);
        if (keys[at] == FREE) {
            return false;
        }
        boolean same = values[at] == value;
        remove(at);
        return same;
    }

    /** Takes the keys of another one out. */
    void takeOut(KeyMap others) {
        for (long key : others.keys) {
            int at = slot(key);
            if (key != FREE && keys[at] != FREE) {
                remove(at);
            }
        }
    }

    boolean contains(long key) {
        return keys[slot(key)] != FREE;
    }

    int size() {
        return size;
    }

    /** The same in no more room than it needs. */
    KeyMap compacted() {
        KeyMap copy = new KeyMap(size);
        copy.putAll(this);
        return copy;
    }

    /** Hears of every row. */
    interface Row {
        void is(long key, int value);
    }

    void forEach(Row action) {
        for (int i = 0; i < keys.length; i++) {
            if (keys[i] != FREE) {
                action.is(keys[i], values[i]);
            }
        }
    }

    void putAll(KeyMap others) {
        for (int i = 0; i < others.keys.length; i++) {
            if (others.keys[i] != FREE) {
                put(others.keys[i], others.values[i]);
            }
        }
    }

    private int slot(long key) {
        long wanted = used(key);
        int at = (int) (wanted ^ (wanted >>> 32)) & mask;
        while (keys[at] != FREE && keys[at] != wanted) {
            at = (at + 1) & mask;
        }
        return at;
    }

    /** Closes the gap, so that later keys are still found. */
    private void remove(int gone) {
        int gap = gone;
        int at = gone;
        while (true) {
            at = (at + 1) & mask;
            if (keys[at] == FREE) {
                break;
            }
            int home = (int) (keys[at] ^ (keys[at] >>> 32)) & mask;
            boolean between = gap <= at ? gap < home && home <= at : gap < home || home <= at;
            if (!between) {
                keys[gap] = keys[at];
                values[gap] = values[at];
                gap = at;
            }
        }
        keys[gap] = FREE;
        size--;
    }

    private static long used(long key) {
        return key == FREE ? 1 : key;
    }
}
