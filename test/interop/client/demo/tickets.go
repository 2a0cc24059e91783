package main

import (
	"context"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	"github.com/conductorone/baton-sdk/pkg/annotations"
	"github.com/conductorone/baton-sdk/pkg/pagination"
)

// Tickets are answered with what was asked.

var ticketSchema = v2.TicketSchema_builder{Id: "task", DisplayName: "Task"}.Build()

func (d *demo) ListTicketSchemas(context.Context, *pagination.Token) ([]*v2.TicketSchema, string, annotations.Annotations, error) {
	return []*v2.TicketSchema{ticketSchema}, "", nil, nil
}
func (d *demo) GetTicketSchema(context.Context, string) (*v2.TicketSchema, annotations.Annotations, error) {
	return ticketSchema, nil, nil
}
func (d *demo) GetTicket(_ context.Context, id string) (*v2.Ticket, annotations.Annotations, error) {
	return v2.Ticket_builder{Id: id, DisplayName: id}.Build(), nil, nil
}
func (d *demo) CreateTicket(_ context.Context, wanted *v2.Ticket, _ *v2.TicketSchema) (*v2.Ticket, annotations.Annotations, error) {
	return v2.Ticket_builder{Id: "T-1", DisplayName: wanted.GetDisplayName()}.Build(), nil, nil
}
func (d *demo) BulkCreateTickets(_ context.Context, request *v2.TicketsServiceBulkCreateTicketsRequest) (*v2.TicketsServiceBulkCreateTicketsResponse, error) {
	var made []*v2.TicketsServiceCreateTicketResponse
	for _, one := range request.GetTicketRequests() {
		made = append(made, v2.TicketsServiceCreateTicketResponse_builder{
			Ticket: v2.Ticket_builder{Id: "T-" + one.GetRequest().GetDisplayName(), DisplayName: one.GetRequest().GetDisplayName()}.Build(),
		}.Build())
	}
	return v2.TicketsServiceBulkCreateTicketsResponse_builder{Tickets: made}.Build(), nil
}
func (d *demo) BulkGetTickets(_ context.Context, request *v2.TicketsServiceBulkGetTicketsRequest) (*v2.TicketsServiceBulkGetTicketsResponse, error) {
	var found []*v2.TicketsServiceGetTicketResponse
	for _, one := range request.GetTicketRequests() {
		found = append(found, v2.TicketsServiceGetTicketResponse_builder{Ticket: v2.Ticket_builder{Id: one.GetId()}.Build()}.Build())
	}
	return v2.TicketsServiceBulkGetTicketsResponse_builder{Tickets: found}.Build(), nil
}
