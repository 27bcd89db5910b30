module postrider/bench

go 1.19
