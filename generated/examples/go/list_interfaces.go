// Lists the network cards of a domain.
package main

import (
	_ "embed"
	"fmt"
	"log"

	"libvirt.org/go/libvirtxml"
)

//go:embed web.xml
var text string

func main() {
	var domain libvirtxml.Domain
	if err := domain.Unmarshal(text); err != nil {
		log.Fatal(err)
	}
	for _, card := range domain.Devices.Interfaces {
		mac, to := "-", "-"
		if card.MAC != nil {
			mac = card.MAC.Address
		}
		if card.Source != nil && card.Source.Bridge != nil {
			to = card.Source.Bridge.Bridge
		} else if card.Source != nil && card.Source.Network != nil {
			to = card.Source.Network.Network
		}
		fmt.Println(mac, to)
	}
}
