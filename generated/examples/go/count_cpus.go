// Counts the CPUs of a domain, and the places that its topology has for them.
package main

import (
	_ "embed"
	"fmt"
	"log"

	"libvirt.org/go/libvirtxml"
)

//go:embed server.xml
var text string

func main() {
	var domain libvirtxml.Domain
	if err := domain.Unmarshal(text); err != nil {
		log.Fatal(err)
	}
	now, most := uint(1), uint(1)
	if domain.VCPU != nil {
		now, most = domain.VCPU.Current, domain.VCPU.Value
		if now == 0 {
			now = most
		}
	}
	places := "no topology"
	if domain.CPU != nil && domain.CPU.Topology != nil {
		all := 1
		topology := domain.CPU.Topology
		for _, part := range []int{topology.Sockets, topology.Dies, topology.Clusters, topology.Cores, topology.Threads} {
			if part != 0 {
				all *= part
			}
		}
		places = fmt.Sprintf("%d places", all)
	}
	fmt.Printf("%d of %d CPUs, %s\n", now, most, places)
}
