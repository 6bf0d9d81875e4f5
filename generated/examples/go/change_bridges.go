// Connects every network card of a bridge with another one; the document is printed anew.
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
	for _, card := range domain.Devices.Interfaces {
		if card.Source != nil && card.Source.Bridge != nil {
			card.Source.Bridge.Bridge = "br1"
		}
	}
	xml, err := domain.Marshal()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(xml)
}
