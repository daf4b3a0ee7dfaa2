use doubles as _;
